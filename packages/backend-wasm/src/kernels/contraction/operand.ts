import { axesOf, type Expression, integer, type KernelBinding, load, type Store } from '@evenkeel/backend';
import type { Renderer } from '../../renderer/renderer.ts';
import type { Features } from '../../renderer/vector-math.ts';
import { innermostLast } from '../loop.ts';
import { type LoopAxis, runNest } from '../nest.ts';
import { loaded } from '../on-demand.ts';
import type { SharedAxis } from '../share.ts';
import { chooseCopies, chooseVectorAxis, leastCopies } from '../vector-axis.ts';
import { type Axis, type MatrixView, matrixView, rowMajor, sizeOfAxes } from './axes.ts';
import type { Windows } from './windows.ts';

const lineElements = 16;
// So many are in the L1 cache all at once.
const nearElements = 8192;

/** One side of a product: its rows are the m's (or n's), its columns the k's. */
export interface Operand {
  readonly view: MatrixView;
  /** What has to be computed into the view's scratch binding first, if the operand is not simply in memory. */
  readonly computed: Computed | undefined;
  /** The same for every batch index. */
  readonly isShared: boolean;
  /** Where neither rows nor k's are evenly spaced. */
  readonly windows?: Windows;
}

interface Computed {
  /** In order: a grid that the operand is read from, if there is one, then the operand. */
  readonly stages: readonly Stage[];
}

/** Values over some axes that are stored row by row in a scratch binding. */
export interface Stage {
  readonly store: Store;
  readonly axes: readonly Axis[];
  readonly elements: number;
}

/** The bindings of an operand's scratch. */
export interface OperandScratch {
  readonly values: number;
  readonly grid: number;
}

/** Whether it is read from memory as it is. */
export function isPlain(e: Expression, bindings: readonly KernelBinding[]): boolean {
  return e.kind === 'load' && !e.guard && bindings[e.binding]?.dtype === 'float32';
}

/** Whether it depends on no other axes. */
export function isInside(e: Expression, axes: readonly Axis[]): boolean {
  return axes.reduce((rest, { axis }) => rest & ~(1 << axis), axesOf(e)) === 0;
}

/** A plain load whose index is evenly spaced is read where it lies. */
export function viewOf(
  e: Expression,
  bindings: readonly KernelBinding[],
  rows: readonly Axis[],
  ks: readonly Axis[],
): MatrixView | undefined {
  if (e.kind !== 'load' || !isPlain(e, bindings)) return undefined;
  return matrixView(e.binding, e.index, rows, ks);
}

/**
 * An operand over its axes; one that is not plain is computed into `scratch`, contiguous along what it is read by. From
 * `free` on no axis is numbered.
 */
export function operandOf(
  e: Expression,
  bindings: readonly KernelBinding[],
  rows: readonly Axis[],
  ks: readonly Axis[],
  scratch: OperandScratch,
  free: number,
): Operand {
  const isShared = isInside(e, [...rows, ...ks]);
  const view = viewOf(e, bindings, rows, ks);
  if (view) return { view, computed: undefined, isShared };
  const stages: Stage[] = [];
  const own = [...rows, ...ks];
  const grid = loaded.windows?.gridOf(e, own, free);
  if (grid) stages.push(stageOf(scratch.grid, grid.value, [], grid.axes));
  const value = grid ? load('float32', scratch.grid, grid.index) : e;
  const extents = new Map(own.map(({ axis, extent }) => [axis, extent]));
  const vectorAxis = chooseVectorAxis({ values: [value], stores: [] }, extents);
  const alongK = ks.some(({ axis }) => axis === vectorAxis);
  const [slow, fast] = alongK ? [rows, ks] : [ks, rows];
  const pitch = pitchFor(sizeOfAxes(fast), sizeOfAxes(slow));
  stages.push(stageOf(scratch.values, value, slow, fast, pitch));
  return {
    view: {
      binding: scratch.values,
      start: integer(0),
      rowStride: alongK ? pitch : 1,
      columnStride: alongK ? 1 : pitch,
    },
    computed: { stages },
    isShared,
  };
}

/**
 * How far rows lie apart. A strip of columns through rows that are a multiple of the caches' page apart would meet in a few of their
 * places, and push itself out; rows an odd number of cache lines apart spread over all of them.
 */
function pitchFor(length: number, rows: number): number {
  const isSpread = length % (2 * lineElements) !== 0 || length * rows <= nearElements;
  return isSpread ? length : length + lineElements;
}

export function stageOf(
  binding: number,
  value: Expression,
  slow: readonly Axis[],
  fast: readonly Axis[],
  pitch = sizeOfAxes(fast),
): Stage {
  return {
    store: { binding, index: rowMajor(slow, fast, pitch), value },
    axes: [...slow, ...fast],
    elements: pitch * sizeOfAxes(slow),
  };
}

/** Computes an operand into its scratch. */
export function emitOperand(renderer: Renderer, { stages }: Computed): void {
  for (const { store, axes } of stages) emitStores(renderer, axes, [store]);
}

/** Stores over some axes, one of which may be shared among threads. */
export function emitStores(
  renderer: Renderer,
  axes: readonly Axis[],
  stores: readonly Store[],
  shared?: SharedAxis,
): void {
  runNest(renderer, {
    axes: storeNest(axes, stores, renderer.math.features),
    values: stores.map((s) => s.value),
    stores,
    shared,
    allowsPartial: true,
    body: () => renderer.storeAll(stores),
  });
}

/** The loops of stores, vectorized along the best axis. */
export function storeNest(axes: readonly Axis[], stores: readonly Store[], features: Features): LoopAxis[] {
  const values = stores.map((s) => s.value);
  const extents = new Map(axes.map(({ axis, extent }) => [axis, extent]));
  const vectorAxis = chooseVectorAxis({ values, stores }, extents);
  return innermostLast(
    axes.map(({ axis, extent }) => ({
      axis,
      extent,
      copies: axis === vectorAxis ? chooseCopies(values, extent, { least: leastCopies(features) }) : 0,
    })),
  );
}
