/** Where in the workspace a contraction keeps what is neither an operand nor a result. */
import type { Features } from '../../renderer/vector-math.ts';
import type { KernelEmitter, Place } from '../kernel-emitter.ts';
import { depthBlocks, directRows, isWhole, packedRows, streamColumns, streamsRows } from './blocks.ts';
import type { Division } from './division.ts';
import { registerTile } from './micro-kernel.ts';
import type { Operand } from './operand.ts';
import type { ContractionPlan } from './plan.ts';

export interface Places {
  /** All sums, where products are added up over several turns; group after group, where turns are shared. */
  readonly total: Place | undefined;
  /** Sums on their way to the stores. */
  readonly sums: Place | undefined;
  readonly packedLeft: Place | undefined;
  readonly packedRight: Place | undefined;
  /** A tile at the edge of the output. */
  readonly edge: Place | undefined;
}

/** Whether an operand is made ready once, before the product: not for each batch index or turn. */
export function isReadyBefore({ by }: Division, operand: Operand): boolean {
  return by === 'rows' || by === 'columns' || operand.isShared;
}

/** Whether b is packed once: where packed columns are cut, each thread packs what it reads. */
export function isPackedBefore(division: Division, { method, right }: ContractionPlan): boolean {
  return isReadyBefore(division, right) && !(division.by === 'columns' && method === 'packed');
}

/** Whether b is packed strip by strip just before it is read, because it is read once: by all rows at a time. */
export function isStreamed(division: Division, plan: ContractionPlan): boolean {
  return plan.method === 'packed' && !isPackedBefore(division, plan) && streamsRows(plan);
}

const pageBytes = 4096;

/** Whether a packed product reads a where it lies, along k, because it does not read it often; rows whole pages apart evict each other. */
export function readsInPlace({ method, left: { view }, columns, depth }: ContractionPlan): boolean {
  const isAlong = view.columnStride === 1 && (view.rowStride * 4) % pageBytes !== 0;
  return method === 'packed' && isAlong && columns <= depth;
}

/** Reserves the workspace, and the scratch bindings in the order of `planContraction`. */
export function layOut(emitter: KernelEmitter, plan: ContractionPlan, division: Division, features: Features): Places {
  const { left, right, rows, pitch, method, turns, depth } = plan;
  const { by, cut } = division;
  const isCut = by !== 'nothing';
  const reserve = (elements: number, isOwn: boolean): Place => emitter.reserve(elements * 4, isOwn && isCut);
  emitter.scratch({ dtype: 'float32', place: undefined });
  for (const operand of [left, right]) {
    const stages = operand.computed?.stages ?? [];
    for (const stage of [stages.at(-1), stages.length > 1 ? stages[0] : undefined]) {
      const place = reserve(stage?.elements ?? 0, !isReadyBefore(division, operand));
      emitter.scratch({ dtype: stage?.store.value.dtype ?? 'float32', place });
    }
  }
  const isPacked = method === 'packed';
  const isInPlace = readsInPlace(plan);
  const groups = by === 'turns' ? cut.parts : 1;
  const isStrips = isStreamed(division, plan);
  const block = isPacked
    ? packedRows(plan, features, isStrips)
    : by === 'columns'
      ? rows
      : directRows(plan, by === 'rows');
  const deepest = Math.max(...depthBlocks(plan));
  const tile = registerTile(features);
  const rightElements = isStrips ? Math.min(streamColumns, pitch) * deepest : pitch * depth;
  return {
    total: turns.length > 0 ? reserve(groups * rows * pitch, by !== 'turns') : undefined,
    sums: isWhole(plan) ? undefined : reserve(block * pitch, isPacked || by !== 'columns'),
    packedLeft: isPacked && !isInPlace ? reserve(block * deepest, true) : undefined,
    packedRight:
      isPacked || method === 'panels' ? reserve(rightElements, !isReadyBefore(division, right) || isStrips) : undefined,
    edge: isPacked && (isWhole(plan) || isInPlace) ? reserve(tile.rows * tile.columns, true) : undefined,
  };
}
