import { writeSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** A workload, loaded and ready, in a process of its own. */
export interface Session {
  /** Name and version of what runs it. */
  readonly version: string;
  /** Runs steps one after another, and reads the last one's result. */
  run(steps: number): Promise<number>;
  /** Kernels launched so far, where the backend counts them. */
  kernels?(): number;
}

/** What a contender says of a round. */
export interface Round {
  readonly milliseconds: number;
  /** Processor time in milliseconds, of all threads together. */
  readonly processor: number;
  readonly value: number;
  readonly kernels?: number;
}

/**
 * Answers the parent's requests: each line of stdin is a number of steps, each line written to file descriptor 3 tells
 * how the round went. The first line written says that the workload is loaded. Ends with stdin.
 */
export async function serve(load: () => Promise<Session>): Promise<void> {
  try {
    const session = await load();
    say({ version: session.version });
    for await (const line of createInterface({ input: process.stdin })) say(await timed(session, Number(line)));
  } catch (error) {
    say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
}

async function timed(session: Session, steps: number): Promise<Round> {
  const kernels = session.kernels?.();
  const before = process.cpuUsage();
  const start = performance.now();
  const value = await session.run(steps);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const processor = (user + system) / 1000;
  if (kernels === undefined) return { milliseconds, processor, value };
  return { milliseconds, processor, value, kernels: (session.kernels!() - kernels) / steps };
}

function say(answer: object): void {
  writeSync(3, `${JSON.stringify(answer)}\n`);
}
