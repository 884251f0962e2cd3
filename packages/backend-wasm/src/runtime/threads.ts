import { ConfigError, DeviceError } from '@evenkeel/errors';
import { participate } from './participate.ts';

/** The words by which threads meet, as `participate` has them. */
export const controlWords = {
  claim: 128,
  sleepers: 160,
  program: 176,
  script: 177,
  values: 178,
  end: 179,
  ready: 192,
  failure: 208,
} as const;

const mostThreads = 16;
const failureBytes = 180;

/** What is asked for: a number, or as many as there are cores, up to 8. */
export type ThreadCount = number | 'auto';

/** How many threads there will be: one where memory cannot be shared, or where this thread must not wait. */
export function threadCount(asked: ThreadCount): number {
  if (asked !== 'auto' && !(Number.isInteger(asked) && asked >= 1 && asked <= mostThreads)) {
    throw new ConfigError('the number of threads is out of range', {
      doing: 'making the wasm backend',
      got: `${asked}`,
      expected: `a whole number from 1 to ${mostThreads}, or 'auto'`,
    });
  }
  if (asked === 1 || !canWait()) return 1;
  return asked === 'auto' ? coreCount() : asked;
}

/** Half of what a larger machine reports are the second threads of its cores, which add nothing to vector code. */
function coreCount(): number {
  const reported = globalThis.navigator?.hardwareConcurrency ?? 1;
  return reported <= 4 ? reported : Math.min(8, Math.ceil(reported / 2));
}

/** A page's own thread must not wait, and a page that is not cross-origin isolated has no shared memory. */
function canWait(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a worker does: it tells that it is there, runs scripts, and leaves a message if it fails. */
const workerSource = `
const participate = ${participate};
const start = ({ memory, thread, threads, control }) => {
  const words = new Int32Array(memory.buffer);
  Atomics.add(words, control.ready, 1);
  try {
    participate({ memory, words, thread, threads, isAlone: false, functions: [] });
  } catch (error) {
    const bytes = new Uint8Array(memory.buffer, control.failure * 4, ${failureBytes});
    const text = String(error);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    Atomics.store(words, control.claim, -1);
    Atomics.notify(words, control.claim);
  }
};
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (node) start(node.workerData);
else onmessage = ({ data }) => { start(data); close(); };
`;

interface NodeThreads {
  Worker: new (
    source: string,
    options: { eval: true; workerData: unknown; execArgv: string[] },
  ) => {
    unref(): void;
    on(event: 'error', listener: (error: unknown) => void): void;
    terminate(): Promise<number>;
  };
}

interface RunningWorker {
  terminate(): unknown;
}

/** The workers of one backend. They join as soon as they have started; what runs meanwhile runs without them. */
export class Threads {
  readonly count: number;
  readonly #memory: WebAssembly.Memory;
  readonly #workers: RunningWorker[] = [];
  readonly #words: Int32Array;
  #failure: unknown;

  constructor(memory: WebAssembly.Memory, count: number) {
    this.count = count;
    this.#memory = memory;
    // The control words are in the first page, which growing leaves where it is.
    this.#words = new Int32Array(memory.buffer);
    for (let thread = 1; thread < count; thread++) this.#workers.push(this.#start(thread));
  }

  /** How many workers have started. */
  get ready(): number {
    return Atomics.load(this.#words, controlWords.ready);
  }

  /** Whether one of them is awake. */
  get areAwake(): boolean {
    return Atomics.load(this.#words, controlWords.sleepers) < this.ready;
  }

  /** @throws DeviceError if a thread could not be started or has failed */
  check(): void {
    if (this.#failure === undefined && Atomics.load(this.#words, controlWords.claim) >= 0) return;
    throw new DeviceError('a thread failed', {
      doing: 'running a program on wasm',
      got: this.#failure === undefined ? this.#message() : String(this.#failure),
      remedy: 'make a new backend, with threads: 1 if this one never worked',
    });
  }

  /** Ends all workers, now and in the run that is under way. */
  stop(): void {
    Atomics.store(this.#words, controlWords.claim, -1);
    Atomics.notify(this.#words, controlWords.claim);
    for (const worker of this.#workers) void worker.terminate();
  }

  #start(thread: number): RunningWorker {
    const data = { memory: this.#memory, thread, threads: this.count, control: controlWords };
    const fail = (error: unknown): void => {
      this.#failure ??= error;
    };
    const node = nodeThreads();
    if (node) {
      const worker = new node.Worker(workerSource, { eval: true, workerData: data, execArgv: [] });
      worker.unref();
      worker.on('error', fail);
      return worker;
    }
    const address = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
    const worker = new Worker(address);
    worker.onerror = (event) => fail(event.message ?? event);
    worker.postMessage(data);
    return worker;
  }

  #message(): string {
    const bytes = new Uint8Array(this.#memory.buffer, controlWords.failure * 4, failureBytes).slice();
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  }
}

function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}
