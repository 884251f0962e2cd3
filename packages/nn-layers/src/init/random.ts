import { type Generator, normal, type Tensor, uniform } from '@evenkeel/tensor';
import { fill } from './constant.ts';

/** Where an initializer draws from. */
export interface DrawOptions {
  /** The default generator if left out. */
  generator?: Generator;
}

/** Fills a tensor with draws from U(low, high); `torch.nn.init.uniform_`. */
export function uniform_<Target extends Tensor>(
  target: Target,
  options: DrawOptions & { low?: number; high?: number } = {},
): Target {
  const { low = 0, high = 1, generator } = options;
  return fill(target, () => uniform(target.shape, low, high, { dtype: target.dtype, generator }));
}

/** Fills a tensor with draws from N(mean, std²); `torch.nn.init.normal_`. */
export function normal_<Target extends Tensor>(
  target: Target,
  options: DrawOptions & { mean?: number; std?: number } = {},
): Target {
  const { mean = 0, std = 1, generator } = options;
  return fill(target, () => normal(target.shape, mean, std, { dtype: target.dtype, generator }));
}
