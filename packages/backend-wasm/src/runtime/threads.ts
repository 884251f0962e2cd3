import { DeviceError } from '@evenkeel/errors';
import { controlWords } from './control-words.ts';
import type { Heap } from './heap.ts';
import { type KernelFunction, participate } from './participate.ts';
import { type PreparedProgram, recordWords } from './prepared-program.ts';
import { SharedKernels } from './shared-kernels.ts';

// Waking another thread takes a good part of these nanoseconds; work that is not worth it stays on this one.
const wakingWork = 50_000;
/** The same where the others are still awake. */
const meetingWork = 10_000;

const failureBytes = 180;

/** What a worker does: it tells that it is there, runs scripts, and leaves a message if it fails. */
const workerSource = `
const participate = ${participate};
const start = ({ memory, thread, threads, control }) => {
  const words = new Int32Array(memory.buffer);
  Atomics.add(words, control.ready, 1);
  try {
    participate({ memory, words, thread, threads, functions: [] });
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
  readonly #kernels: SharedKernels;
  readonly #workers: RunningWorker[] = [];
  readonly #words: Int32Array;
  #failure: unknown;

  constructor(heap: Heap, count: number) {
    this.count = count;
    this.#memory = heap.memory;
    this.#kernels = new SharedKernels(heap);
    // The control words are in the first page, which growing leaves where it is.
    this.#words = new Int32Array(heap.memory.buffer);
    for (let thread = 1; thread < count; thread++) this.#workers.push(this.#start(thread));
  }

  /** How many workers have started. */
  get ready(): number {
    return Atomics.load(this.#words, controlWords.ready);
  }

  /** Whether a run is worth sharing. */
  isWorth({ sharedWork }: PreparedProgram): boolean {
    if (sharedWork < meetingWork || this.ready === 0) return false;
    return sharedWork >= wakingWork || Atomics.load(this.#words, controlWords.sleepers) < this.ready;
  }

  /** Puts the modules of a program's kernels where the workers find them. */
  share({ kernels, script }: PreparedProgram): void {
    const addressOf = this.#kernels.locate(kernels);
    kernels.forEach((kernel, record) => {
      if (!kernel) return;
      script[record * recordWords + 5] = addressOf(kernel);
      script[record * recordWords + 6] = kernel.bytes.length;
    });
  }

  /** Runs the script that is in memory together with the workers. */
  run(words: Int32Array, functions: KernelFunction[]): void {
    try {
      participate({ memory: this.#memory, words, thread: 0, threads: this.count, functions });
    } catch (error) {
      // The others may still be at work on the script, so there must not be another.
      this.stop();
      throw error;
    }
    this.check();
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
