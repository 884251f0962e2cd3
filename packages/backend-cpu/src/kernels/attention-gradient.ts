import type { AttentionGradientKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { Attention } from './attention-weights.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { transposed } from './matrix.ts';

/** The formulas as the contract has them, over the whole matrix of weights; what attention gave is not needed for that. */
export function compileAttentionGradient(kernel: AttentionGradientKernel, faults: Faults): CompiledKernel {
  const { rows, columns, width } = kernel;
  const attention = new Attention(kernel, faults);
  const { row, column, dot, round, scale } = attention;
  const cotangentOf = attention.matrix(kernel.cotangent, row, attention.width);
  const storeQuery = attention.storing(kernel.queryStores, row, attention.depth);
  const storeKey = attention.storing(kernel.keyStores, column, attention.depth);
  const storeValue = attention.storing(kernel.valueStores, column, attention.width);
  attention.renderer.finish();
  return {
    run(bindings, given) {
      attention.eachBatch(given, () => {
        const matrices = attention.matrices(bindings);
        const { query, key, value, weights, factor } = matrices;
        const cotangent = cotangentOf(bindings);
        const ofWeights = weights.map((_, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns];
          const d = dot(cotangent, i * width, value, j * width, width);
          return factor ? round(d * factor[at]!) : d;
        });
        const ofRows = Float64Array.from({ length: rows }, (_, i) =>
          dot(weights, i * columns, ofWeights, i * columns, columns),
        );
        const ofScores = weights.map((weight, at) =>
          round(weight * round(ofWeights[at]! - ofRows[Math.floor(at / columns)]!)),
        );
        const [keyLines, queryLines] = [transposed(key, columns), transposed(query, rows)];
        const scoreLines = transposed(ofScores, rows);
        const weightLines = transposed(attention.weighed(matrices), rows);
        const cotangentLines = transposed(cotangent, rows);
        storeQuery((i, e) => round(scale * dot(ofScores, i * columns, keyLines, e * columns, columns)), bindings);
        storeKey((j, e) => round(scale * dot(scoreLines, j * rows, queryLines, e * rows, rows)), bindings);
        storeValue((j, d) => dot(weightLines, j * rows, cotangentLines, d * rows, rows), bindings);
      });
    },
  };
}
