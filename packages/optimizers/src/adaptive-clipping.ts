import { ConfigError } from '@evenkeel/errors';
import { maximum, noGrad, type Tensor, vectorNorm, where } from '@evenkeel/tensor';
import { withGradient } from './clip-grad.ts';
import { perParameter, type Transform } from './transform.ts';

export interface AdaptiveClippingOptions {
  /** The largest ratio of a unit's gradient to its weights, 0.01. */
  clipFactor?: number;
  /** What a unit's weights count at least, so that weights of zero can move, 1e-3. */
  eps?: number;
}

/**
 * Adaptive gradient clipping (Brock et al. 2021, eq. 3): each unit's gradient is scaled to a norm of at most
 * `clipFactor · max(‖weights‖, eps)`.
 *
 * A unit is what makes one output: `weight[i]` of a linear layer or a convolution; a vector or scalar is one unit.
 *
 * @throws ConfigError when `clipFactor` or `eps` is not positive
 */
export function clipAdaptively(options: AdaptiveClippingOptions = {}): Transform {
  const checked = check(options);
  return perParameter((update, { parameter }) => clipUnits(update, parameter, checked));
}

/**
 * Adaptive clipping of `.grad`, as `clipAdaptively` does it inside an optimizer. Leave the last linear layer out, as the
 * paper does. Parameters without a gradient are passed over.
 *
 * @throws ConfigError when `clipFactor` or `eps` is not positive
 */
export function clipGradAdaptively(parameters: Tensor | Iterable<Tensor>, options: AdaptiveClippingOptions = {}): void {
  const checked = check(options);
  for (const { parameter, gradient } of withGradient(parameters)) {
    parameter.grad = noGrad(() => clipUnits(gradient, parameter, checked));
  }
}

function clipUnits(gradient: Tensor, parameter: Tensor, options: Required<AdaptiveClippingOptions>): Tensor {
  const limit = maximum(unitNorms(parameter), options.eps).mul(options.clipFactor);
  const norms = unitNorms(gradient);
  // The floor keeps a gradient of zero out of 0 / 0; where is exact for what need not be clipped.
  const clipped = gradient.mul(limit.div(maximum(norms, 1e-6)));
  return where(norms.gt(limit), clipped, gradient);
}

/** The Euclidean norm of each unit, so shaped that it broadcasts. */
function unitNorms(values: Tensor): Tensor {
  const dims = values.shape.map((_, dim) => dim);
  return vectorNorm(values, 2, values.ndim > 1 ? dims.slice(1) : dims, { keepdim: true });
}

function check({ clipFactor = 0.01, eps = 1e-3 }: AdaptiveClippingOptions): Required<AdaptiveClippingOptions> {
  for (const [name, value] of Object.entries({ clipFactor, eps })) {
    if (value > 0 && Number.isFinite(value)) continue;
    throw new ConfigError(`${name} is out of range`, {
      doing: 'clipping gradients adaptively',
      got: `${name} = ${value}`,
      expected: 'a finite number > 0',
    });
  }
  return { clipFactor, eps };
}
