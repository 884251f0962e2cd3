/**
 * Each workgroup makes `rows` × `columns` results through shared memory, each of its invocations `block[0]` × `block[1]` of them;
 * all four are multiples of 4.
 */
export interface SharedTiles {
  readonly kind: 'shared';
  readonly rows: number;
  readonly columns: number;
  readonly block: readonly [rows: number, columns: number];
  /** Terms that are brought to shared memory at a time. */
  readonly depth: number;
  /** Parts of the terms, each with workgroups of its own. */
  readonly splits: number;
}

/** Each invocation makes `rows` × `columns` results by itself. */
export interface RegisterBlocks {
  readonly kind: 'registers';
  readonly rows: number;
  readonly columns: number;
  /** Parts of the terms, each with invocations of its own. */
  readonly splits: number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/** Each sum by itself, as a loop reduces it. */
export interface SingleSums {
  readonly kind: 'sums';
}

/** How a contraction is cut; plain data, so that it can stand in a table, be measured and be remembered. */
export type Variant = SharedTiles | RegisterBlocks | SingleSums;

/** Terms that are added one by one before their sum goes to another, so that errors stay small. */
export const longestChain = 256;
