import { ConfigError } from '@evenkeel/errors';
import { inFloat32, type Tensor, where } from '@evenkeel/tensor';
import { type ReductionOptions, reduce } from './reduction.ts';
import { expectSameShape } from './same-shape.ts';

/** (input − target)²; `torch.nn.functional.mse_loss`. Both of one shape. */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  expectSameShape('mseLoss', input, target);
  return inFloat32(input, (input) => reduce(input.sub(target).square(), options.reduction));
}

/** |input − target|; `torch.nn.functional.l1_loss`. Both of one shape. */
export function l1Loss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  expectSameShape('l1Loss', input, target);
  return inFloat32(input, (input) => reduce(input.sub(target).abs(), options.reduction));
}

export interface SmoothL1LossOptions extends ReductionOptions {
  /** Where the parabola becomes a line (default 1); 0 is the absolute difference. */
  beta?: number;
}

/**
 * d² / (2 beta) for |d| < beta, else |d| − beta / 2, with d = input − target; `torch.nn.functional.smooth_l1_loss`.
 * Girshick 2015, Fast R-CNN. Both of one shape.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1, reduction } = options;
  if (!(beta >= 0)) throw new ConfigError('beta must not be negative', { op: 'smoothL1Loss', got: `beta = ${beta}` });
  if (beta === 0) return l1Loss(input, target, { reduction });
  expectSameShape('smoothL1Loss', input, target);
  return inFloat32(input, (input) => reduce(huber(input.sub(target), beta).mul(1 / beta), reduction));
}

export interface HuberLossOptions extends ReductionOptions {
  /** Where the parabola becomes a line (default 1). */
  delta?: number;
}

/**
 * d² / 2 for |d| ≤ delta, else delta · (|d| − delta / 2), with d = input − target; `torch.nn.functional.huber_loss`.
 * Huber 1964. Both of one shape.
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1, reduction } = options;
  if (!(delta > 0)) throw new ConfigError('delta must be positive', { op: 'huberLoss', got: `delta = ${delta}` });
  expectSameShape('huberLoss', input, target);
  return inFloat32(input, (input) => reduce(huber(input.sub(target), delta), reduction));
}

function huber(difference: Tensor, delta: number): Tensor {
  const size = difference.abs();
  return where(size.lt(delta), difference.square().mul(0.5), size.sub(delta / 2).mul(delta));
}

export interface GaussianNllLossOptions extends ReductionOptions {
  /** Whether the constant ½ log 2π is part of the loss (default false). */
  full?: boolean;
  /** The least variance that is used (default 1e-6). */
  eps?: number;
}

/**
 * ½ (log variance + (input − target)² / variance); `torch.nn.functional.gaussian_nll_loss`.
 *
 * @param variance of the input's shape, or such that it broadcasts to it
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllLossOptions = {},
): Tensor {
  const { full = false, eps = 1e-6, reduction } = options;
  expectSameShape('gaussianNllLoss', input, target);
  return inFloat32(input, (input) => {
    const aligned = variance.ndim === input.ndim - 1 ? variance.unsqueeze(-1) : variance;
    // Raised to eps in value alone: the gradient is that of the variance as it was given, as in PyTorch.
    const raised = aligned.add(aligned.detach().clamp({ min: eps }).sub(aligned.detach()));
    const losses = raised.log().add(input.sub(target).square().div(raised)).mul(0.5);
    return reduce(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  });
}

export interface PoissonNllLossOptions extends ReductionOptions {
  /** Whether the input is the logarithm of the rate (default true). */
  logInput?: boolean;
  /** Whether Stirling's approximation of log target! is part of the loss (default false). */
  full?: boolean;
  /** Added to the rate inside the logarithm where the input is the rate (default 1e-8). */
  eps?: number;
}

/** rate − target · log rate; `torch.nn.functional.poisson_nll_loss`. Both of one shape. */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllLossOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8, reduction } = options;
  expectSameShape('poissonNllLoss', input, target);
  return inFloat32(input, (input) => {
    const losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
    if (!full) return reduce(losses, reduction);
    const counted = target.clamp({ min: 1 });
    const stirling = counted
      .mul(counted.log())
      .sub(counted)
      .add(
        counted
          .mul(2 * Math.PI)
          .log()
          .mul(0.5),
      );
    return reduce(losses.add(where(target.gt(1), stirling, 0)), reduction);
  });
}
