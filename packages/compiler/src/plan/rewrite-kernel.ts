import { type ContractionKernel, type Expression, type LoopKernel, operands, type Store } from '@evenkeel/backend';

/** Where a kernel reads (`guard` and all) or writes. */
export interface Place {
  readonly binding: number;
  readonly index: Expression;
}

type Written = LoopKernel | ContractionKernel;

/** Every place at which a kernel reads or writes. */
export function placesIn(kernel: Written): Place[] {
  const places: Place[] = [...storesOf(kernel)];
  const seen = new Set<Expression>();
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'load') places.push(e);
    for (const part of operands(e)) walk(part);
  };
  for (const { index, value } of storesOf(kernel)) {
    walk(index);
    walk(value);
  }
  const values = kernel.form === 'loop' ? kernel.reductions.map(({ value }) => value) : [kernel.a, kernel.b];
  for (const value of values) walk(value);
  return places;
}

/** The kernel with another index at each place; `index` is the old one, in which loads are already replaced. */
export function withPlaces<Kernel extends Written>(kernel: Kernel, move: (place: Place) => Expression): Kernel;
export function withPlaces(kernel: Written, move: (place: Place) => Expression): Written {
  const seen = new Map<Expression, Expression>();
  const replace = (e: Expression): Expression => {
    let known = seen.get(e);
    if (!known) {
      known = replaced(e);
      seen.set(e, known);
    }
    return known;
  };
  const replaced = (e: Expression): Expression => {
    switch (e.kind) {
      case 'load': {
        const index = move({ binding: e.binding, index: replace(e.index) });
        return e.guard ? { ...e, index, guard: replace(e.guard) } : { ...e, index };
      }
      case 'unary':
      case 'cast':
      case 'bounded':
        return { ...e, a: replace(e.a) };
      case 'binary':
        return { ...e, a: replace(e.a), b: replace(e.b) };
      case 'select':
        return { ...e, condition: replace(e.condition), a: replace(e.a), b: replace(e.b) };
      default:
        return e;
    }
  };
  const stored = ({ binding, index, value }: Store): Store => ({
    binding,
    index: move({ binding, index: replace(index) }),
    value: replace(value),
  });
  const stores = kernel.stores.map(stored);
  if (kernel.form === 'contraction') return { ...kernel, a: replace(kernel.a), b: replace(kernel.b), stores };
  const reductions = kernel.reductions.map(({ fn, value }) => ({ fn, value: replace(value) }));
  return { ...kernel, reductions, stores, elementStores: kernel.elementStores.map(stored) };
}

function storesOf(kernel: Written): readonly Store[] {
  return kernel.form === 'loop' ? [...kernel.stores, ...kernel.elementStores] : kernel.stores;
}
