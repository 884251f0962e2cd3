/** Kernels of which a test says only what it is about. */
import {
  axis,
  type ContractionKernel,
  constant,
  type Expression,
  type LoopKernel,
  load,
  reduced,
  weightedSum,
} from '@evenkeel/backend';

export const f32 = 'float32' as const;
export const read = { dtype: f32, access: 'read' } as const;
export const written = { dtype: f32, access: 'write' } as const;
export const indices = { dtype: 'int32', access: 'read' } as const;

/** From the first binding to the second. */
export function loop(parts: Partial<LoopKernel>): LoopKernel {
  return {
    form: 'loop',
    bindings: [read, written],
    arguments: [],
    outer: [],
    inner: [],
    reductions: [],
    stores: [],
    elementStores: [],
    ...parts,
  };
}

/** From the first two bindings to the third. */
export function contraction(parts: Partial<ContractionKernel>): ContractionKernel {
  return {
    form: 'contraction',
    bindings: [read, read, written],
    arguments: [],
    batch: [],
    m: [],
    n: [],
    k: [],
    a: constant(f32, 1),
    b: constant(f32, 1),
    stores: [],
    ...parts,
  };
}

/** The index that has these strides along these axes. */
export function at(strides: Record<number, number>, offset = 0): Expression {
  const axes = Object.keys(strides).map((number) => axis(Number(number)));
  return weightedSum(axes, Object.values(strides), offset);
}

export type Letter = 'N' | 'T';

/** out[m, n] = a · b, where T means that the operand lies transposed. */
export function matmul(m: number, n: number, k: number, a: Letter, b: Letter, out: Letter = 'N'): ContractionKernel {
  return contraction({
    m: [m],
    n: [n],
    k: [k],
    a: load(f32, 0, at(a === 'N' ? { 0: k, 2: 1 } : { 0: 1, 2: m })),
    b: load(f32, 1, at(b === 'N' ? { 1: 1, 2: n } : { 1: k, 2: 1 })),
    stores: [{ binding: 2, index: at(out === 'N' ? { 0: n, 1: 1 } : { 0: 1, 1: m }), value: reduced(f32, 0) }],
  });
}
