/** How large the pieces of a product are that are worked on at a time. */
import type { Features } from '../../renderer/vector-math.ts';
import { registerTile } from './micro-kernel.ts';
import type { ContractionPlan } from './plan.ts';

// A packed block of a, which is read again for every panel of b, should stay in the L2 cache.
const blockElements = 32 * 1024;
const blockRows = 252;
/** No sum of a large product is added up from more products than these before it is added to a total. */
export const blockDepth = 512;
// A block that is read for each strip of b only, and its sums, may be larger, if it is all of a.
const streamElements = 64 * 1024;
// A block of sums on its way to the stores should too.
const sumElements = 48 * 1024;
// Rows that are shared among threads are cut in so many blocks, unless these become too small to read all of b for.
const sharedBlocks = 16;
const leastSharedRows = 24;

/** k in blocks of about equal size, a multiple of four but for the last. */
export function depthBlocks({ depth, method }: ContractionPlan): number[] {
  if (method !== 'packed') return [depth];
  const size = Math.ceil(evenly(depth, blockDepth) / 4) * 4;
  const blocks: number[] = [];
  for (let from = 0; from < depth; from += size) blocks.push(Math.min(size, depth - from));
  return blocks;
}

/** Whether the sums are stored where they stay, not block by block on their way to the stores. */
export function isWhole({ output, turns }: ContractionPlan): boolean {
  return output !== undefined || turns.length > 0;
}

/** Columns of b in a strip, where it is packed strip by strip. */
export const streamColumns = 32;

/** Whether all rows of a can be packed at a time, so that each strip of b is read but once. */
export function streamsRows(plan: ContractionPlan): boolean {
  const deepest = Math.max(...depthBlocks(plan));
  return plan.rows * Math.max(deepest, isWhole(plan) ? 0 : plan.pitch) <= streamElements;
}

/** How many rows are packed at a time, at most. */
export function packedRows(plan: ContractionPlan, features: Features, isStreamed: boolean): number {
  const { rows: tileRows } = registerTile(features);
  if (isStreamed) return Math.ceil(plan.rows / tileRows) * tileRows;
  const deepest = Math.max(...depthBlocks(plan));
  const most = Math.min(blockRows, blockElements / deepest, isWhole(plan) ? Infinity : sumElements / plan.pitch);
  const block = Math.max(tileRows, Math.floor(most / tileRows) * tileRows);
  return Math.min(block, Math.ceil(plan.rows / tileRows) * tileRows);
}

/** How many rows of a product without packing are made at a time. */
export function directRows(plan: ContractionPlan, isShared: boolean): number {
  const { rows, pitch } = plan;
  const most = isWhole(plan) ? rows : sumElements / pitch;
  return evenly(rows, isShared ? Math.min(most, Math.max(leastSharedRows, rows / sharedBlocks)) : most);
}

/** How long parts are that are about equally long, at most so long. */
export function evenly(length: number, most: number): number {
  return Math.ceil(length / Math.ceil(length / most));
}
