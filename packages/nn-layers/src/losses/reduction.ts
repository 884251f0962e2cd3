import { ConfigError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';

/** What becomes of the elements' losses: their mean (always the default), their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface ReductionOptions {
  /** Default `mean`. */
  reduction?: Reduction;
}

export function reduce(losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return losses.mean();
  if (reduction === 'sum') return losses.sum();
  if (reduction === 'none') return losses;
  throw unknownReduction(reduction);
}

export function unknownReduction(reduction: string): ConfigError {
  return new ConfigError('no such reduction', { got: `'${reduction}'`, expected: "'mean', 'sum' or 'none'" });
}
