import type { Tensor } from '@evenkeel/tensor';
import {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  lpPool1d,
  lpPool2d,
  lpPool3d,
} from '../functional/average-pooling.ts';
import type { Spatial } from '../functional/spatial.ts';
import { Module } from '../module/module.ts';

/** What the three have in common. */
abstract class AveragePool extends Module {
  readonly kernelSize: Spatial;
  readonly options: AvgPoolOptions;

  constructor(kernelSize: Spatial, options: AvgPoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }
}

/**
 * The mean of each window of `[N, C, L]` or `[C, L]`, see `avgPool1d`; `torch.nn.AvgPool1d`.
 *
 * ```ts
 * new AvgPool1d(2).call(tensor([[1, 3, 2, 6]])); // [[2, 4]]
 * ```
 *
 * @throws ConfigError at the call for a padding of more than half the kernel, or a divisor of 0
 * @throws ShapeError at the call when no window fits
 */
export class AvgPool1d extends AveragePool {
  override forward(input: Tensor): Tensor {
    return avgPool1d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window of `[N, C, H, W]` or `[C, H, W]`, see `avgPool1d`; `torch.nn.AvgPool2d`. */
export class AvgPool2d extends AveragePool {
  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/** The mean of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, see `avgPool1d`; `torch.nn.AvgPool3d`. */
export class AvgPool3d extends AveragePool {
  override forward(input: Tensor): Tensor {
    return avgPool3d(input, this.kernelSize, this.options);
  }
}

/** What the two have in common. */
abstract class NormPool extends Module {
  readonly normType: number;
  readonly kernelSize: Spatial;
  readonly options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'>;

  constructor(normType: number, kernelSize: Spatial, options: Pick<AvgPoolOptions, 'stride' | 'ceilMode'> = {}) {
    super();
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.options = options;
  }
}

/** (Σ xᵖ)^(1/p) over each window of `[N, C, L]` or `[C, L]`, p = `normType`; `torch.nn.LPPool1d`. */
export class LPPool1d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool1d(input, this.normType, this.kernelSize, this.options);
  }
}

/** (Σ xᵖ)^(1/p) over each window of `[N, C, H, W]` or `[C, H, W]`, p = `normType`; `torch.nn.LPPool2d`. */
export class LPPool2d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool2d(input, this.normType, this.kernelSize, this.options);
  }
}

/** (Σ xᵖ)^(1/p) over each window of `[N, C, D, H, W]` or `[C, D, H, W]`, p = `normType`; `torch.nn.LPPool3d`. */
export class LPPool3d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool3d(input, this.normType, this.kernelSize, this.options);
  }
}
