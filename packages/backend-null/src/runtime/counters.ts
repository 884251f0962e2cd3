/** What a null backend has been asked to do so far. */
export interface Counters {
  /** Kernel launches of all runs; a repeated body counts at each turn. */
  readonly kernels: number;
  readonly runs: number;
  /** Bytes of the buffers that are allocated now. */
  readonly liveBytes: number;
  /** The most bytes that were allocated at one time. */
  readonly peakBytes: number;
  /** Buffers that are allocated now. */
  readonly buffers: number;
}

export class Tally implements Counters {
  kernels = 0;
  runs = 0;
  liveBytes = 0;
  peakBytes = 0;
  buffers = 0;
}
