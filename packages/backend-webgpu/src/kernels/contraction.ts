import { binary, type ContractionKernel, type LoopKernel } from '@evenkeel/backend';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileLoop } from './loop.ts';

export function compileContraction(kernel: ContractionKernel): Omit<CompiledKernel, 'reportsFaults'> {
  return compileLoop(asLoop(kernel));
}

/** The loop that reduces each product by itself: the axes have the same numbers. */
function asLoop({ bindings, arguments: given, batch, m, n, k, a, b, stores }: ContractionKernel): LoopKernel {
  return {
    form: 'loop',
    bindings,
    arguments: given,
    outer: [...batch, ...m, ...n],
    inner: k,
    reductions: [{ fn: 'sum', value: binary('mul', a, b) }],
    stores,
    elementStores: [],
  };
}
