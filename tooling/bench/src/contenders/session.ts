/** A workload, loaded and ready. */
export interface Session {
  /** Name and version of what runs it. */
  readonly version: string;
  step(): void | Promise<void>;
  /** The last step's result, once all is done. */
  read(): Promise<number>;
  /** What was counted since the beginning. */
  counts?(): Counts;
}

/** What the host asked of a device, for those who count it. */
export interface Counts {
  /** Of Even Keel's own kernels, which may take several dispatches each. */
  readonly kernels?: number;
  readonly dispatches?: number;
  readonly submissions?: number;
  /** Buffers created. */
  readonly buffers?: number;
  /** Bytes of all ranges that kernels were given to work on. */
  readonly boundBytes?: number;
}

/** How some steps went, by the clock of the thread that ran them. */
export interface Lap {
  readonly milliseconds: number;
  readonly value: number;
  /** Of one step, the reading of its result left out. */
  readonly counts?: Counts;
}

/** Runs steps one after another, reads the last one's result, and times all of it; in Node and in a worker of a page alike. */
export async function lap(session: Session, steps: number): Promise<Lap> {
  const before = session.counts?.();
  const start = performance.now();
  for (let step = 0; step < steps; step++) {
    const done = session.step();
    if (done) await done;
  }
  // What a step only put in a queue is asked for once other tasks had their turn.
  if (before) await new Promise((resolve) => setTimeout(resolve));
  const after = session.counts?.();
  const value = await session.read();
  const milliseconds = performance.now() - start;
  if (!before || !after) return { milliseconds, value };
  const names = Object.keys(after) as (keyof Counts)[];
  const counts = Object.fromEntries(names.map((name) => [name, (after[name]! - (before[name] ?? 0)) / steps]));
  return { milliseconds, value, counts };
}
