import {
  axis,
  binary,
  constant,
  contiguousStrides,
  type Expression,
  integer,
  type LoopKernel,
  load,
  reduced,
  type Store,
  sizeOf,
  weightedSum,
} from '@evenkeel/backend';
import { replacing } from '../renderer/graph.ts';

/** So many rows are added up to sums of their own before these are added up, whatever the number of threads. */
export const blockRows = 32;

/**
 * A loop over rows that adds up columns on its way: zeros, the loop itself, which adds each element to its column's sum of the block
 * of rows, and the sums of these. The blocks' sums are bindings from `scratch` on.
 */
export function stageSums(kernel: LoopKernel, scratch: number): LoopKernel[] | undefined {
  const { outer, inner, sums, elementStores } = kernel;
  if (!sums) return undefined;
  const blocks = Math.ceil((outer[0] as number) / blockRows);
  const none = { ...kernel, reductions: [], stores: [], elementStores: [], sums: undefined };
  /** The sums of a block, where the axes of columns begin with `first`. */
  const partial = (block: Expression, first: number) => {
    const place = [block, ...inner.map((_, i) => axis(first + i))];
    const index = weightedSum(place, contiguousStrides([blocks, ...inner]));
    return sums.map(({ value: { dtype } }, i) => load(dtype, scratch + i, index) as Expression & { kind: 'load' });
  };
  const toColumn = replacing((e) => (e.kind === 'axis' ? axis(e.axis - outer.length) : undefined));
  const added = partial(binary('div', axis(0), integer(blockRows)), outer.length).map((own, i) => ({
    ...own,
    value: binary('add', own, (sums[i] as Store).value),
  }));
  return [
    {
      ...none,
      outer: [blocks * sizeOf(inner)],
      inner: [],
      stores: added.map((store) => ({ ...store, index: axis(0), value: constant(store.dtype, 0) })),
    },
    { ...kernel, elementStores: [...elementStores, ...added] },
    {
      ...none,
      outer: inner,
      inner: [blocks],
      reductions: partial(axis(inner.length), 0).map((value) => ({ fn: 'sum', value })),
      stores: sums.map((store, i) => ({
        ...store,
        index: toColumn(store.index),
        value: reduced(store.value.dtype, i),
      })),
    },
  ];
}
