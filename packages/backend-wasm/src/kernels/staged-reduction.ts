import { axis, type Expression, type LoopKernel, load, reduced, type Store, weightedSum } from '@evenkeel/backend';
import { replaceParts } from '../renderer/graph.ts';
import { passesOf } from './vector-axis.ts';

// Where there are this many results, threads share these.
const fewResults = 8;
/** Values that are added up on one thread while others would still be told of them. */
const fewValues = 1 << 15;
const [leastPieces, mostPieces] = [8, 60];

/**
 * A reduction of many values to few as two loops: the inner axes are cut in pieces that are reduced each on its own, then
 * the pieces in order. How it is cut depends on the shape alone, so the result is the same on any number of threads.
 * Undefined where that is not worth it or the axes cannot be cut evenly. The pieces' results are bindings behind the kernel's.
 */
export function stageReduction(kernel: LoopKernel): readonly [LoopKernel, LoopKernel] | undefined {
  const { outer, inner, reductions, elementStores } = kernel;
  const size = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1);
  if (size(outer) >= fewResults || size(inner) < fewValues) return undefined;
  if (elementStores.length > 0 || passesOf(kernel).length !== 1) return undefined;
  const cut = inner.findIndex((extent) => piecesOf(extent) >= leastPieces);
  if (cut < 0) return undefined;
  const extent = inner[cut] as number;
  const pieces = piecesOf(extent);
  const length = extent / pieces;
  const piece = outer.length;
  // The pieces are an axis behind the outer ones, so the inner ones move on.
  const memo = new Map<Expression, Expression>();
  const moved = (e: Expression): Expression | undefined => {
    if (e.kind !== 'axis' || e.axis < piece) return undefined;
    const own = axis(e.axis + 1);
    return e.axis === piece + cut ? weightedSum([axis(piece), own], [length, 1]) : own;
  };
  const place = weightedSum(
    [...outer, pieces].map((_, i) => axis(i)),
    [...outer, pieces].map((_, i) => size([...outer, pieces].slice(i + 1))),
  );
  const scratch = (i: number): number => kernel.bindings.length + i;
  const partial: Store[] = reductions.map(({ value }, i) => ({
    binding: scratch(i),
    index: place,
    value: reduced(value.dtype, i),
  }));
  const first: LoopKernel = {
    ...kernel,
    outer: [...outer, pieces],
    inner: inner.map((whole, i) => (i === cut ? length : whole)),
    reductions: reductions.map(({ fn, value }) => ({ fn, value: replaceParts(value, moved, memo) })),
    stores: partial,
  };
  const second: LoopKernel = {
    ...kernel,
    inner: [pieces],
    reductions: reductions.map(({ fn, value }, i) => ({ fn, value: load(value.dtype, scratch(i), place) })),
  };
  return [first, second];
}

/** The largest number of even pieces. */
function piecesOf(extent: number): number {
  let pieces = Math.min(mostPieces, extent);
  while (extent % pieces !== 0) pieces--;
  return pieces;
}
