import {
  type ContractionKernel,
  type Expression,
  getOrMake,
  type LoopKernel,
  partsOf,
  type Store,
  storedParts,
  withOperands,
} from '@evenkeel/backend';

/** Where a kernel reads or writes. */
export interface Place {
  readonly binding: number;
  readonly index: Expression;
  /** Where it reads there at all. */
  readonly guard?: Expression | undefined;
}

type Written = LoopKernel | ContractionKernel;

/** Every place at which a kernel reads or writes. */
export function placesIn(kernel: Written): Place[] {
  const stores = storesOf(kernel);
  const values = kernel.form === 'loop' ? kernel.reductions.map(({ value }) => value) : [kernel.a, kernel.b];
  const parts = partsOf([...values, ...storedParts(stores)]);
  return [...stores, ...[...parts].filter((part) => part.kind === 'load')];
}

/** The kernel with another index at each place; `index` is the old one, in which loads are already replaced. */
export function withPlaces<Kernel extends Written>(kernel: Kernel, move: (place: Place) => Expression): Kernel;
export function withPlaces(kernel: Written, move: (place: Place) => Expression): Written {
  const seen = new Map<Expression, Expression>();
  const replace = (e: Expression): Expression =>
    getOrMake(seen, e, () => {
      const made = withOperands(e, replace);
      return made.kind === 'load' ? { ...made, index: move(made) } : made;
    });
  const stored = ({ binding, index, value }: Store): Store => ({
    binding,
    index: move({ binding, index: replace(index) }),
    value: replace(value),
  });
  const stores = kernel.stores.map(stored);
  if (kernel.form === 'contraction') return { ...kernel, a: replace(kernel.a), b: replace(kernel.b), stores };
  const reductions = kernel.reductions.map(({ fn, value }) => ({ fn, value: replace(value) }));
  const sums = kernel.sums && { sums: kernel.sums.map(stored) };
  return { ...kernel, reductions, stores, elementStores: kernel.elementStores.map(stored), ...sums };
}

function storesOf(kernel: Written): readonly Store[] {
  return kernel.form === 'loop' ? [...kernel.stores, ...kernel.elementStores, ...(kernel.sums ?? [])] : kernel.stores;
}
