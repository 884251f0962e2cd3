import { scope, type Tensor } from '@evenkeel/tensor';
import { clipFactor, globalNorm } from '../global-norm.ts';
import type { Transform } from '../transform.ts';

/**
 * Scales all updates together so that the norm of them all, taken as one vector, is at most `maxNorm`:
 * each is multiplied with `min(1, maxNorm / (norm + 1e-6))`.
 *
 * @param normType 2 by default; `Infinity` takes the largest absolute value
 */
export function clipByGlobalNorm(maxNorm: number, options: { normType?: number } = {}): Transform {
  return {
    updateAll: (updates) =>
      scope((): Tensor[] => {
        if (updates.length === 0) return [];
        const factor = clipFactor(globalNorm(updates, options.normType ?? 2), maxNorm);
        return updates.map((update) => update.mul(factor));
      }),
  };
}
