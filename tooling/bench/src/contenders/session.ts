/** A workload, loaded and ready. */
export interface Session {
  /** Name and version of what runs it. */
  readonly version: string;
  /** Runs steps one after another, and reads the last one's result. */
  run(steps: number): Promise<number>;
  /** Kernels launched so far, where the backend counts them. */
  kernels?(): number;
}

/** How some steps went, by the clock of the thread that ran them. */
export interface Lap {
  readonly milliseconds: number;
  readonly value: number;
  /** Of one step, where the backend counts them. */
  readonly kernels?: number;
}

/** Runs steps and times them; in Node and in a worker of a page alike. */
export async function lap(session: Session, steps: number): Promise<Lap> {
  const kernels = session.kernels?.();
  const start = performance.now();
  const value = await session.run(steps);
  const milliseconds = performance.now() - start;
  if (kernels === undefined) return { milliseconds, value };
  return { milliseconds, value, kernels: (session.kernels!() - kernels) / steps };
}
