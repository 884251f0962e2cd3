import type { AttentionKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { Attention } from './attention-weights.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { transposed } from './matrix.ts';

/** The weights of each row, all there before the first value is added; nothing is left out. */
export function compileAttention(kernel: AttentionKernel, faults: Faults): CompiledKernel {
  const { columns } = kernel;
  const attention = new Attention(kernel, faults);
  const store = attention.storing(kernel.stores, attention.row, attention.width);
  attention.renderer.finish();
  return {
    run(bindings, given) {
      attention.eachBatch(given, () => {
        const matrices = attention.matrices(bindings);
        const weights = attention.weighed(matrices);
        const value = transposed(matrices.value, columns);
        store((i, d) => attention.dot(weights, i * columns, value, d * columns, columns), bindings);
      });
    },
  };
}
