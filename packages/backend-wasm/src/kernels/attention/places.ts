import type { KernelEmitter, Place } from '../kernel-emitter.ts';
import type { AttentionPlan, Block, Blocks } from './plan.ts';

/** Where each block is in a thread's scratch, and where packed keys and values are. */
export type Places = { readonly [name in keyof Blocks]: Place } & {
  readonly packedKey: Place;
  readonly packedValue: Place;
};

/**
 * Reserves the scratch; what is never needed at the same time shares its place, and what is not needed has none of its own.
 *
 * @param parts how many sums over rows there are, side by side, if there are several for a batch index
 */
export function reserveBlocks(
  emitter: KernelEmitter,
  { kernel, blocks, depth, width, tile }: AttentionPlan,
  parts: number | undefined,
): Places {
  const isForward = kernel.routine === 'attention';
  const bytesOf = ({ rows, pitch }: Block): number => rows * pitch * 4;
  const own = (block: Block, isNeeded = true): Place => emitter.reserve(isNeeded ? bytesOf(block) : 0, true);
  const keyAndValue = Math.max(bytesOf(blocks.key), bytesOf(blocks.value));
  const key = emitter.reserve(isForward ? keyAndValue : bytesOf(blocks.key), true);
  const sums = (block: Block): Place =>
    parts ? emitter.reserve(parts * bytesOf(block), false) : own(block, !isForward);
  const valueGradient = sums(blocks.valueGradient);
  const packed = (extent: number): Place => emitter.reserve((blocks.key.rows + tile.columns) * extent * 4, true);
  const places: Places = {
    key,
    // Forward only the packed keys are read, backward only the packed values.
    value: isForward ? key : parts ? own(blocks.value) : valueGradient,
    packedKey: packed(depth.extent),
    packedValue: packed(isForward ? 0 : width.extent),
    query: own(blocks.query),
    scores: own(blocks.scores),
    factor: own(blocks.factor, kernel.factor !== undefined),
    rows: own(blocks.rows),
    rowNumbers: own(blocks.rowNumbers),
    cotangent: own(blocks.cotangent, !isForward),
    scoreGradient: own(blocks.scoreGradient, !isForward),
    keyGradient: sums(blocks.keyGradient),
    valueGradient,
  };
  // Bindings in the order of the plan's blocks; each moves with the rows that stand in its block.
  for (const _ of Object.keys(blocks)) emitter.scratch({ dtype: 'float32', place: undefined });
  return places;
}
