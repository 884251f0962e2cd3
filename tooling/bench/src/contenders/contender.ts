import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Round } from './serve.ts';

/** Somebody who can run a workload: which program to start for it. */
export interface Contender {
  readonly name: string;
  /** The program that runs a workload from the file of its start, or nothing when it does not have this one. */
  command(workload: string, file: string): readonly [string, ...string[]] | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Set where results mean nothing: on a backend that runs nothing, in a loop that only spends time. */
  readonly isUnchecked?: boolean;
  /** Set where results are to be the first contender's to the last bit. */
  readonly isExact?: boolean;
  /** Set for another library in JavaScript, which Even Keel is to be faster than: how it is used. */
  readonly peerStyle?: 'written' | 'tuned' | 'examples';
}

/** A contender's process, with one workload loaded. */
export class Running {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(contender: Contender, command: readonly [string, ...string[]]) {
    this.name = contender.name;
    const [file, ...args] = command;
    // What a library prints goes to stderr: stdout belongs to the report.
    this.#child = spawn(file, args, {
      stdio: ['pipe', 2, 'inherit', 'pipe'],
      env: { ...process.env, ...contender.env },
    });
    // Without a listener an error here would end this process; the answer that does not come says enough.
    this.#child.on('error', () => {});
    this.#child.stdin!.on('error', () => {});
    this.#answers = createInterface({ input: this.#child.stdio[3] as Readable })[Symbol.asyncIterator]();
  }

  /** Waits until the workload is loaded. */
  async ready(): Promise<string> {
    return (await this.#answer<{ version: string }>()).version;
  }

  run(steps: number): Promise<Round> {
    this.#child.stdin!.write(`${steps}\n`);
    return this.#answer();
  }

  /** Ends the process, and resolves when it is gone. */
  async stop(): Promise<void> {
    this.#child.stdin!.end();
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await gone;
  }

  async #answer<Answer extends object>(): Promise<Answer> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`${this.name} ended without an answer`);
    const answer: Answer | { error: string } = JSON.parse(value);
    if ('error' in answer) throw new Error(`${this.name}: ${answer.error}`);
    return answer;
  }
}
