/** Kernels of which a test says only what it is about. */
import { axis, type ContractionKernel, type LoopKernel, load, reduced, weightedSum } from '@evenkeel/backend';

/** A loop kernel of these parts, and nothing else. */
export function loop(parts: Partial<LoopKernel>): LoopKernel {
  return {
    form: 'loop',
    bindings: [],
    arguments: [],
    outer: [],
    inner: [],
    reductions: [],
    stores: [],
    elementStores: [],
    ...parts,
  };
}

/** The product of two matrices, `[m, k] · [k, n]`, as they lie. */
export function product(m: number, n: number, k: number): ContractionKernel {
  const read = { dtype: 'float32', access: 'read' } as const;
  const at = (row: number, column: number, width: number) => weightedSum([axis(row), axis(column)], [width, 1]);
  return {
    form: 'contraction',
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    bindings: [read, read, { dtype: 'float32', access: 'write' }],
    arguments: [],
    a: load('float32', 0, at(0, 2, k)),
    b: load('float32', 1, at(2, 1, n)),
    stores: [{ binding: 2, index: at(0, 1, n), value: reduced('float32', 0) }],
  };
}
