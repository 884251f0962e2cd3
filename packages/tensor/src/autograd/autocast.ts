import { currentDevice } from '../engine/device.ts';
import { switchMode } from './mode.ts';

export interface AutocastOptions {
  /** Default true. `false` switches it off for a part of what runs under it. */
  readonly enabled?: boolean;
}

/**
 * Runs a function in mixed precision (`torch.autocast` with float16): half the memory for what is kept between layers, while parameters
 * stay float32. Micikevicius et al. 2018, Mixed precision training.
 *
 * - Products (`matmul` and what is made of it, `linear`, convolutions, `einsum`, attention) take float32 as float16 and give float16.
 * - What needs the range or the digits is computed in float32 and gives float32: softmax, norms, losses, exponentials, logarithms,
 *   powers, sums, means and running sums.
 * - Everything else works on what it is given; where float16 and float32 meet, the result is float32.
 *
 * Sums of products are added up in float32. Gradients have the dtypes of what they are of, so that those of parameters are float32;
 * `backward()` belongs behind the function, where small gradients are kept from vanishing by a loss that is scaled up.
 *
 * @throws DTypeError where the backend has no float16
 *
 * @example
 * const loss = autocast(() => crossEntropy(model.call(x), y)); // float32
 * loss.backward();
 */
export function autocast<Result>(fn: () => Result, { enabled = true }: AutocastOptions = {}): Result {
  if (enabled) currentDevice().expectDType('float16');
  const restore = switchMode('autocast', enabled);
  try {
    return fn();
  } finally {
    restore();
  }
}
