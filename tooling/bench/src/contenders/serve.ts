import { writeSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { type Lap, lap, type Session } from './session.ts';

/** What a contender says of a round. */
export interface Round extends Lap {
  /** Processor time in milliseconds, of all threads together. */
  readonly processor: number;
}

/** Somebody who runs rounds, in this process or elsewhere. */
export interface Server {
  readonly version: string;
  round(steps: number): Promise<Round>;
}

/** Answers the parent's requests with what runs in this process. */
export function serve(load: () => Promise<Session>): Promise<void> {
  return answer(async () => {
    const session = await load();
    return { version: session.version, round: (steps) => timed(session, steps) };
  });
}

/**
 * Answers the parent's requests: each line of stdin is a number of steps, each line written to file descriptor 3 tells
 * how the round went. The first line written says that the workload is loaded. Ends with stdin.
 */
export async function answer(load: () => Promise<Server>): Promise<void> {
  try {
    const server = await load();
    say({ version: server.version });
    for await (const line of createInterface({ input: process.stdin })) say(await server.round(Number(line)));
  } catch (error) {
    say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
}

async function timed(session: Session, steps: number): Promise<Round> {
  const before = process.cpuUsage();
  const done = await lap(session, steps);
  const { user, system } = process.cpuUsage(before);
  return { ...done, processor: (user + system) / 1000 };
}

function say(answer: object): void {
  writeSync(3, `${JSON.stringify(answer)}\n`);
}
