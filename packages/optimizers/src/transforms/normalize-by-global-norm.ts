import { maximum, scope, type Tensor } from '@evenkeel/tensor';
import { globalNorm } from '../global-norm.ts';
import type { Transform } from '../transform.ts';

/**
 * Divides all updates together by their common Euclidean norm, so that taken as one vector they have length 1:
 * `u / max(‖u‖, eps)`. Updates of zero stay zero.
 *
 * @param eps the least norm that is divided by, 1e-12 as in `torch.nn.functional.normalize`
 */
export function normalizeByGlobalNorm(options: { eps?: number } = {}): Transform {
  return {
    updateAll: (updates) =>
      scope((): Tensor[] => {
        if (updates.length === 0) return [];
        const norm = maximum(globalNorm(updates, 2), options.eps ?? 1e-12);
        return updates.map((update) => update.div(norm));
      }),
  };
}
