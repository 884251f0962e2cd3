import {
  axis,
  contiguousStrides,
  type Expression,
  type LoopKernel,
  load,
  mapStore,
  reduced,
  type Store,
  sizeOf,
  strideAlong,
  weightedSum,
} from '@evenkeel/backend';
import { partsOf, reductionsOf, replacing } from '../renderer/graph.ts';
import { passesOf } from './passes.ts';

// Where there are this many results, threads share these.
const fewResults = 8;
/** Values that are added up on one thread while others would still be told of them. */
const fewValues = 1 << 15;
const [leastPieces, mostPieces] = [8, 60];
/** A matrix of so many elements is larger than what is near the processor. */
const manyValues = 1 << 18;
const pieceRows = 32;

/**
 * A reduction of many values to few as two loops: the inner axes are cut in pieces that are reduced each on its own, then
 * the pieces in order. How it is cut depends on the shape alone, so the result is the same on any number of threads.
 * Undefined where that is not worth it or the axes cannot be cut evenly. The pieces' results are bindings from `scratch` on.
 */
export function stageReduction(kernel: LoopKernel, scratch: number): readonly [LoopKernel, LoopKernel] | undefined {
  const { outer, inner, reductions, elementStores } = kernel;
  if (passesOf(kernel).length !== 1) return undefined;
  // Elements are stored with the pieces, so they must not wait for the results.
  if (elementStores.some(({ index, value }) => (reductionsOf(index) | reductionsOf(value)) !== 0)) return undefined;
  const { cut, pieces } = piecesOfRows(kernel) ?? piecesOfColumns(kernel) ?? {};
  if (cut === undefined || pieces === undefined) return undefined;
  const extent = inner[cut] as number;
  const length = extent / pieces;
  const piece = outer.length;
  // The pieces are an axis behind the outer ones, so the inner ones move on.
  const cutUp = replacing((e) => {
    if (e.kind !== 'axis' || e.axis < piece) return undefined;
    const own = axis(e.axis + 1);
    return e.axis === piece + cut ? weightedSum([axis(piece), own], [length, 1]) : own;
  });
  const results = [...outer, pieces];
  // The results of a piece lie together, as they are made and as they are read.
  const place = weightedSum(
    results.map((_, i) => axis(i)),
    [...contiguousStrides(outer), sizeOf(outer)],
  );
  const partial: Store[] = reductions.map(({ value }, i) => ({
    binding: scratch + i,
    index: place,
    value: reduced(value.dtype, i),
  }));
  const first: LoopKernel = {
    ...kernel,
    outer: results,
    inner: inner.map((whole, i) => (i === cut ? length : whole)),
    reductions: reductions.map(({ fn, value }) => ({ fn, value: cutUp(value) })),
    stores: partial,
    elementStores: elementStores.map((store) => mapStore(store, cutUp)),
  };
  const second: LoopKernel = {
    ...kernel,
    inner: [pieces],
    elementStores: [],
    reductions: reductions.map(({ fn, value }, i) => ({ fn, value: load(value.dtype, scratch + i, place) })),
  };
  return [first, second];
}

interface Pieces {
  /** The inner axis that is cut, by its place among these. */
  readonly cut: number;
  readonly pieces: number;
}

function piecesOfRows({ outer, inner }: LoopKernel): Pieces | undefined {
  if (sizeOf(outer) >= fewResults || sizeOf(inner) < fewValues) return undefined;
  const cut = inner.findIndex((extent) => piecesOf(extent) >= leastPieces);
  return cut < 0 ? undefined : { cut, pieces: piecesOf(inner[cut] as number) };
}

/**
 * Columns of a large matrix: some rows at a time are read from left to right. Reading a few columns from top to bottom
 * would touch a page of memory for each row, again for the next columns.
 */
function piecesOfColumns({ outer, inner, reductions }: LoopKernel): Pieces | undefined {
  const [rows, ...others] = inner;
  if (rows === undefined || others.length > 0 || rows * sizeOf(outer) < manyValues) return undefined;
  const column = outer.length - 1;
  const isRead = (e: Expression): boolean => e.kind === 'load' && strideAlong(e.index, column) === 1;
  if (![...partsOf(reductions.map((r) => r.value))].some(isRead)) return undefined;
  let length = pieceRows;
  while (rows % length !== 0) length--;
  return length < pieceRows / 2 ? undefined : { cut: 0, pieces: rows / length };
}

/** The largest number of even pieces. */
function piecesOf(extent: number): number {
  let pieces = Math.min(mostPieces, extent);
  while (extent % pieces !== 0) pieces--;
  return pieces;
}
