import type { Tensor } from '@evenkeel/tensor';
import {
  type AdaptiveMaxPoolOptions,
  type AdaptiveSize,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from '../functional/adaptive-pooling.ts';
import type { MaxPooled } from '../functional/max-pooling.ts';
import { Module } from '../module/module.ts';

/** What averages have in common. */
abstract class AdaptiveAverage extends Module {
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    this.outputSize = outputSize;
  }
}

/**
 * From `[N, C, L]` or `[C, L]` of any length the means of `outputSize` even parts, see `adaptiveAvgPool1d`;
 * `torch.nn.AdaptiveAvgPool1d`.
 *
 * @throws ConfigError at the call for a size that is not positive
 */
export class AdaptiveAvgPool1d extends AdaptiveAverage {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/**
 * As `AdaptiveAvgPool1d` over height and width; `torch.nn.AdaptiveAvgPool2d`.
 *
 * ```ts
 * new AdaptiveAvgPool2d(1).call(randn([2, 512, 7, 9])).shape; // [2, 512, 1, 1]
 * ```
 */
export class AdaptiveAvgPool2d extends AdaptiveAverage {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** As `AdaptiveAvgPool1d` over depth, height and width; `torch.nn.AdaptiveAvgPool3d`. */
export class AdaptiveAvgPool3d extends AdaptiveAverage {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

/** What maxima have in common. */
abstract class AdaptiveMaximum<Indices extends boolean> extends Module {
  readonly outputSize: AdaptiveSize;
  readonly options: AdaptiveMaxPoolOptions<Indices>;

  constructor(outputSize: AdaptiveSize, options: AdaptiveMaxPoolOptions<Indices> = {}) {
    super();
    this.outputSize = outputSize;
    this.options = options;
  }
}

/**
 * From `[N, C, L]` or `[C, L]` of any length the largest elements of `outputSize` even parts, see `adaptiveMaxPool1d`;
 * `torch.nn.AdaptiveMaxPool1d`.
 *
 * @throws ConfigError at the call for a size that is not positive
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool1d(input, this.outputSize, this.options);
  }
}

/** As `AdaptiveMaxPool1d` over height and width; `torch.nn.AdaptiveMaxPool2d`. */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool2d(input, this.outputSize, this.options);
  }
}

/** As `AdaptiveMaxPool1d` over depth, height and width; `torch.nn.AdaptiveMaxPool3d`. */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool3d(input, this.outputSize, this.options);
  }
}
