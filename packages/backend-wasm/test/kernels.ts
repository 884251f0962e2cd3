/** Kernels of which a test says only what it is about. */
import { type ContractionKernel, constant, type LoopKernel } from '@evenkeel/backend';

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
