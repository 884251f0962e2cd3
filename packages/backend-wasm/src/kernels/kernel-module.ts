/** One function of a kernel's module. All parts of a phase are done before the next phase begins. */
export interface Phase {
  readonly parts: number;
  /** How long all parts take on one thread, in nanoseconds, roughly. */
  readonly work: number;
  /** Each thread takes its whole share of the parts at once, because smaller pieces of it would be slower. */
  readonly isWhole: boolean;
}

/** Scratch memory: what the threads have in common, then what each has of its own. */
export interface Workspace {
  readonly commonBytes: number;
  readonly ownBytes: number;
}

/**
 * A kernel as a module with the functions `f0`, `f1`, … of its phases: (values, table, from, to, thread). `table` is a list
 * of words, one for each binding, then for each argument, then for the workspace: how many bytes behind `values` its
 * pointer or number is. Parts `from` to below `to` of the phase are done.
 */
export interface KernelModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly phases: readonly Phase[];
  readonly workspace: Workspace;
  /** Whether it may tell an index out of range. */
  readonly reportsFaults: boolean;
}

/** Where a kernel on thread 0 tells faults; the other threads do so behind. */
export const faultAddress = 64;
export const faultBytes = 16;
