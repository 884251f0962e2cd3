/** How a contraction is computed: which side gives the rows, how operands are read, by which kind of kernel. */
import {
  axis as axisOf,
  type ContractionKernel,
  type Expression,
  load,
  mapStore,
  type Store,
  weightedSum,
} from '@evenkeel/backend';
import { replacing } from '../../renderer/graph.ts';
import { loaded } from '../on-demand.ts';
import { type Axis, axesFrom, type MatrixView, matrixView, rowMajor, sizeOfAxes } from './axes.ts';
import { blockDepth } from './blocks.ts';
import { type Operand, type OperandScratch, operandOf, viewOf } from './operand.ts';

/** - dot: both operands contiguous along k. direct: operands where they lie. panels: b packed, a where it lies. */
export type Method = 'dot' | 'direct' | 'panels' | 'packed';

export interface ContractionPlan {
  readonly batch: readonly Axis[];
  /** The k's over which whole products are added, because their operands are not at hand at once. */
  readonly turns: readonly Axis[];
  readonly rowAxes: readonly Axis[];
  readonly columnAxes: readonly Axis[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly left: Operand;
  readonly right: Operand;
  readonly method: Method;
  /** Where the sums go directly; otherwise to a scratch block, from which `stores` read them. */
  readonly output: MatrixView | undefined;
  readonly stores: readonly Store[];
  /** Columns with those that tiles have beyond: so wide is packed b, and so far do rows of the scratch block lie apart. */
  readonly pitch: number;
}

/** The scratch bindings that follow the kernel's own. */
export interface ScratchBindings {
  readonly sums: number;
  readonly left: OperandScratch;
  readonly right: OperandScratch;
}

// An operand that must be computed and is larger than this is computed piece by piece, along its leading axis.
const computedElements = 1 << 18;
const leastColumns = 64;
// Operands that are computed for each turn should stay in the L2 cache; a turn's product should be worth adding up.
const turnElements = 1 << 16;
const leastDepth = 64;
// What of b stays in the L1 cache, or nearly, needs no packing.
const directBytes = 48 * 1024;
// Nor does more of it where a lies along k, if b's rows are so short that those of the next k's are fetched ahead.
const nearBytes = 256 * 1024;
const nearRowBytes = 1024;
const fewRows = 8;
// An operand that is read less often is not packed.
const leastReads = 32;
// A computed b is read in the order of its computation where a stays in the caches meanwhile.
const staysBytes = 512 * 1024;

/** @param panel columns of a register tile */
export function planContraction(given: ContractionKernel, scratch: ScratchBindings, panel: number): ContractionPlan {
  let free = 0;
  const next = (extents: readonly number[]): Axis[] => {
    const axes = axesFrom(extents, free);
    free += extents.length;
    return axes;
  };
  const [batch, m, n, k] = [next(given.batch), next(given.m), next(given.n), next(given.k)];
  const { bindings } = given;
  let kernel = given;
  const isFew = sizeOfAxes(m) * sizeOfAxes(k) * 4 <= staysBytes;
  const windows =
    isFew && !viewOf(given.b, bindings, n, k)
      ? loaded.windows?.windowsOf(given.b, bindings, n, k, sizeOfAxes(m), scratch.right, free)
      : undefined;
  const computedSize = (e: Expression, axes: readonly Axis[]): number =>
    viewOf(e, bindings, axes, k) ? 0 : sizeOfAxes(axes) * sizeOfAxes(k);
  /** Cuts the first axis in blocks of the largest size of which `most` elements allow, if that is any. */
  const cut = (axes: Axis[], elements: number, most: number, least: number): void => {
    const [{ extent }] = axes as [Axis];
    const block = largestBlock(extent, Math.floor((most * extent) / elements));
    if (block === 1 || (block * sizeOfAxes(axes)) / extent < least) return;
    kernel = inBlocks(kernel, axes, block, free++);
  };
  const turns: Axis[] = [];
  while (!windows) {
    const elements = computedSize(kernel.a, m) + computedSize(kernel.b, n);
    if (elements <= turnElements || k.length < 2) break;
    if (sizeOfAxes(k.slice(1)) < leastDepth) cut(k, elements, turnElements, leastDepth);
    if (sizeOfAxes(k.slice(1)) < leastDepth) break;
    turns.push(k.shift() as Axis);
  }
  const peel = (side: 'a' | 'b', axes: Axis[]): void => {
    while (!windows && axes.length > 1 && computedSize(kernel[side], axes) > computedElements) {
      cut(axes, computedSize(kernel[side], axes), computedElements, leastColumns);
      if (sizeOfAxes(axes.slice(1)) < leastColumns) return;
      batch.push(axes.shift() as Axis);
    }
  };
  peel('a', m);
  peel('b', n);
  const isAcross = (): boolean => {
    const { computed, view } = operandOf(kernel.b, bindings, n, k, scratch.left, free);
    return computed !== undefined && view.columnStride === 1 && isWorthPacking(m, n, k);
  };
  const isSwapped = !windows && (prefersSwapped(kernel, m, n) || isAcross());
  const [rowAxes, columnAxes] = isSwapped ? [n, m] : [m, n];
  const [leftValue, rightValue] = isSwapped ? [kernel.b, kernel.a] : [kernel.a, kernel.b];
  const left = operandOf(leftValue, bindings, rowAxes, k, scratch.left, free);
  const right = windows ?? operandOf(rightValue, bindings, columnAxes, k, scratch.right, free);
  const [rows, depth] = [rowAxes, k].map(sizeOfAxes) as [number, number];
  const { span: columns, columnSteps } = windows?.windows ?? { span: sizeOfAxes(columnAxes), columnSteps: undefined };
  const output = turns.length > 0 || windows ? undefined : plainOutput(kernel, rowAxes, columnAxes);
  const pitch = Math.ceil(columns / panel) * panel;
  return {
    batch,
    turns,
    rowAxes,
    columnAxes,
    rows,
    columns,
    depth,
    left,
    right,
    method: methodFor(rows, columns, depth, left, right),
    output,
    stores: output ? [] : storesFrom(kernel, scratch.sums, rowMajor(rowAxes, columnAxes, pitch, columnSteps)),
    pitch,
  };
}

function largestBlock(extent: number, most: number): number {
  let block = Math.max(1, Math.min(most, extent - 1));
  while (extent % block !== 0) block--;
  return block;
}

/** The kernel with the first of some axes cut in two: the block, which keeps the number, and the place in it. */
function inBlocks(kernel: ContractionKernel, axes: Axis[], block: number, place: number): ContractionKernel {
  const { axis, extent } = axes.shift() as Axis;
  axes.unshift({ axis, extent: extent / block }, { axis: place, extent: block });
  const position = weightedSum([axisOf(axis), axisOf(place)], [block, 1]);
  const replace = replacing((part) => (part.kind === 'axis' && part.axis === axis ? position : undefined));
  const stores = kernel.stores.map((store) => mapStore(store, replace));
  return { ...kernel, a: replace(kernel.a), b: replace(kernel.b), stores };
}

function methodFor(rows: number, columns: number, depth: number, a: Operand, b: Operand): Method {
  const hasNeighborColumns = b.view.rowStride === 1 || columns === 1;
  const isAlongDepth = a.view.columnStride === 1 && b.view.columnStride === 1;
  if (b.windows) return 'direct';
  if (b.computed && rows > fewRows && rows * depth * 4 <= staysBytes) {
    if (hasNeighborColumns && columns >= 4) return 'direct';
    if (isAlongDepth && depth >= leastDepth && Math.max(rows, columns) < leastReads) return 'dot';
  }
  const isSmall = rows <= fewRows || columns * depth * 4 <= directBytes;
  const kBytes = b.view.columnStride * 4;
  const isClose = kBytes <= nearRowBytes && kBytes * depth <= nearBytes && depth <= blockDepth;
  const isNear = a.view.columnStride === 1 && isClose;
  if ((isSmall || isNear) && hasNeighborColumns && columns >= 4) return 'direct';
  if (!isSmall) return 'packed';
  if (rows <= fewRows && isAlongDepth) return 'dot';
  return hasNeighborColumns ? 'direct' : 'panels';
}

/**
 * Whether a b that is computed along k, as the windows of a convolution's gradient are, is better read where it lies, row by row, and
 * a packed: where a is little, and read often.
 */
function isWorthPacking(m: readonly Axis[], n: readonly Axis[], k: readonly Axis[]): boolean {
  const [rows, columns] = [sizeOfAxes(m), sizeOfAxes(n)];
  const isLittle = rows * sizeOfAxes(k) * 4 <= directBytes || columns > 4 * rows;
  return isLittle && columns >= leastReads && rows >= 4;
}

/** The vectors of the product lie along its columns, so these should be contiguous in the output, and not few. */
function prefersSwapped(kernel: ContractionKernel, m: readonly Axis[], n: readonly Axis[]): boolean {
  const [rows, columns] = [sizeOfAxes(m), sizeOfAxes(n)];
  if (columns < 4) return rows > columns;
  return rows >= 4 && !plainOutput(kernel, m, n) && plainOutput(kernel, n, m) !== undefined;
}

/** The place of the sums, if the kernel stores nothing but them and their columns are neighbors. */
function plainOutput(
  kernel: ContractionKernel,
  rows: readonly Axis[],
  columns: readonly Axis[],
): MatrixView | undefined {
  const [store, another] = kernel.stores;
  if (!store || another || store.value.kind !== 'reduced') return undefined;
  if (kernel.bindings[store.binding]?.dtype !== 'float32') return undefined;
  const view = matrixView(store.binding, store.index, rows, columns);
  return view && (view.columnStride === 1 || sizeOfAxes(columns) === 1) ? view : undefined;
}

/** The kernel's stores, reading the sums from the scratch block. */
function storesFrom(kernel: ContractionKernel, sums: number, index: Expression): Store[] {
  const sum = load('float32', sums, index);
  const replace = replacing((part) => (part.kind === 'reduced' ? sum : undefined));
  return kernel.stores.map((store) => mapStore(store, replace));
}
