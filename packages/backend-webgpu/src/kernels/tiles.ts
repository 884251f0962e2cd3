import { type ContractionKernel, sizeOf } from '@evenkeel/backend';
import type { Profile } from './profile.ts';

/** Each workgroup makes `rows` × `columns` results through shared memory, each of its invocations 4 × 4 of them. */
export interface SharedTiles {
  readonly kind: 'shared';
  readonly rows: number;
  readonly columns: number;
  /** Terms that are brought to shared memory at a time. */
  readonly depth: number;
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

/** Results of one invocation along each side of a shared tile. */
export const block = 4;
/** Terms that are added one by one before their sum goes to another, so that errors stay small. */
export const longestChain = 256;

const tiles: readonly Omit<SharedTiles, 'splits'>[] = [
  { kind: 'shared', rows: 64, columns: 64, depth: 16 },
  { kind: 'shared', rows: 32, columns: 32, depth: 16 },
];
/** The last one that leaves enough invocations, or the smallest. */
const blocks: readonly (readonly [rows: number, columns: number])[] = [
  [8, 8],
  [8, 4],
  [4, 4],
  [2, 4],
  [2, 2],
];
/** Workgroups, and invocations, that keep a device busy. */
const enoughGroups = 32;
const enoughInvocations = 512;
/** Products of a contraction for which tiles are worth their barriers. */
const leastShared = 2 ** 18;
/** Terms of a part that are worth invocations of their own. */
const leastOfPart = 256;
/**
 * How blocks are chosen; on a GPU in software large ones matter most: reading a word for four invocations takes it as long as ten
 * products do, and sixteen workgroups keep the cores of a processor busy.
 */
const registers = {
  hardware: { enough: enoughInvocations, leastOfPart, workgroup: 64 },
  software: { enough: 256, leastOfPart: 64, workgroup: 16 },
};

/** How a contraction of a shape is cut, or undefined where each product by itself is as fast: few rows, columns or terms. */
export function tilesOf(
  kernel: ContractionKernel,
  { sharedMemory }: Profile,
): SharedTiles | RegisterBlocks | undefined {
  const [batch, m, n, k] = [sizeOf(kernel.batch), sizeOf(kernel.m), sizeOf(kernel.n), sizeOf(kernel.k)];
  const splitsFor = (count: number, enough: number, least = leastOfPart): number =>
    count < enough / 2 ? Math.max(1, Math.min(Math.floor(k / least), Math.ceil(enough / count))) : 1;
  if (sharedMemory && Math.min(m, n, k) >= 16 && batch * m * n * k >= leastShared) {
    const groupsOf = ({ rows, columns }: (typeof tiles)[number]): number =>
      batch * Math.ceil(m / rows) * Math.ceil(n / columns);
    const tile = (tiles.find((one) => groupsOf(one) >= enoughGroups) ?? tiles.at(-1)) as (typeof tiles)[number];
    return { ...tile, splits: splitsFor(groupsOf(tile), enoughGroups) };
  }
  if (m < 2 || n < 2 || batch * m * n < 64) return undefined;
  const countOf = ([rows, columns]: (typeof blocks)[number]): number =>
    batch * Math.ceil(m / rows) * Math.ceil(n / columns);
  const fitting = blocks.filter(([rows, columns]) => rows <= m && columns <= n);
  const { enough, leastOfPart: least, workgroup } = sharedMemory ? registers.hardware : registers.software;
  // In software parts come before small blocks.
  const isEnough = (one: (typeof blocks)[number]): boolean =>
    countOf(one) * (sharedMemory ? 1 : splitsFor(countOf(one), enough, least)) >= enough;
  const [rows, columns] = fitting.find(isEnough) ?? fitting.at(-1) ?? [2, 2];
  return { kind: 'registers', rows, columns, splits: splitsFor(countOf([rows, columns]), enough, least), workgroup };
}
