import { axesOf, type Expression, type KernelBinding, type Store } from '@evenkeel/backend';
import type { Renderer } from '../../renderer/renderer.ts';
import { innermostLast, storeAll } from '../loop.ts';
import { runNest } from '../nest.ts';
import { chooseCopies, chooseVectorAxis } from '../vector-axis.ts';
import { type Axis, type MatrixView, matrixView, rowMajor, sizeOfAxes } from './axes.ts';

/** One side of a product: its rows are the m's (or n's), its columns the k's. */
export interface Operand {
  readonly view: MatrixView;
  /** What has to be computed into the view's scratch binding first, if the operand is not simply in memory. */
  readonly computed: Computed | undefined;
  /** The same for every batch index. */
  readonly isShared: boolean;
}

interface Computed {
  readonly store: Store;
  readonly axes: readonly Axis[];
  readonly elements: number;
}

/** A plain load whose index is evenly spaced is read where it lies. */
export function viewOf(
  e: Expression,
  bindings: readonly KernelBinding[],
  rows: readonly Axis[],
  ks: readonly Axis[],
): MatrixView | undefined {
  if (e.kind !== 'load' || e.guard || bindings[e.binding]?.dtype !== 'float32') return undefined;
  return matrixView(e.binding, e.index, rows, ks);
}

/** An operand over its axes; one that is not plain is computed into `scratch`, contiguous along what it is read by. */
export function operandOf(
  e: Expression,
  bindings: readonly KernelBinding[],
  rows: readonly Axis[],
  ks: readonly Axis[],
  scratch: number,
): Operand {
  let inside = 0;
  for (const { axis } of [...rows, ...ks]) inside |= 1 << axis;
  const isShared = (axesOf(e) & ~inside) === 0;
  const view = viewOf(e, bindings, rows, ks);
  if (view) return { view, computed: undefined, isShared };
  const extents = new Map([...rows, ...ks].map(({ axis, extent }) => [axis, extent]));
  const vectorAxis = chooseVectorAxis({ values: [e], stores: [] }, extents, {
    outer: new Set(),
    reductions: 0,
    innerSize: 1,
  });
  const alongK = ks.some(({ axis }) => axis === vectorAxis);
  const [slow, fast] = alongK ? [rows, ks] : [ks, rows];
  const pitch = sizeOfAxes(fast);
  const index = rowMajor(slow, fast, pitch);
  return {
    view: {
      binding: scratch,
      start: { kind: 'constant', dtype: 'int32', value: 0 },
      rowStride: alongK ? pitch : 1,
      columnStride: alongK ? 1 : pitch,
    },
    computed: {
      store: { binding: scratch, index, value: e },
      axes: [...slow, ...fast],
      elements: pitch * sizeOfAxes(slow),
    },
    isShared,
  };
}

/** Computes an operand into its scratch. */
export function emitOperand(renderer: Renderer, { store, axes }: Computed): void {
  emitStores(renderer, axes, [store]);
}

/** Stores over all of some axes, vectorized along the best of them. */
export function emitStores(renderer: Renderer, axes: readonly Axis[], stores: readonly Store[]): void {
  const values = stores.map((s) => s.value);
  const extents = new Map(axes.map(({ axis, extent }) => [axis, extent]));
  const vectorAxis = chooseVectorAxis({ values, stores }, extents, {
    outer: new Set(),
    reductions: 0,
    innerSize: 1,
  });
  runNest(renderer, {
    axes: innermostLast(
      axes.map(({ axis, extent }) => ({
        axis,
        extent,
        copies: axis === vectorAxis ? chooseCopies(values, extent) : 0,
      })),
    ),
    values,
    stores,
    body: () => storeAll(renderer, stores),
  });
}
