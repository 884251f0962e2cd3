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
 * The mean of each window; `torch.nn.AvgPool1d`.
 *
 * `[N, C, L]` to `[N, C, T]` (or without N), T = ⌊(L + 2 · padding − kernelSize) / stride⌋ + 1, rounded up with
 * `ceilMode`. Defaults: stride `kernelSize`, no padding, zeros of the padding counted (`countIncludePad`).
 *
 * ```ts
 * const input = tensor([[1, 3, 2, 6]]);
 * console.log(await new AvgPool1d(2).call(input).tolist()); // prints [ [ 2, 4 ] ]
 * console.log(await new AvgPool1d(2, { stride: 1 }).call(input).tolist()); // prints [ [ 2, 2.5, 4 ] ]
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

/**
 * As `AvgPool1d` over height and width: `[N, C, H, W]` to `[N, C, H', W']`; `torch.nn.AvgPool2d`.
 *
 * ```ts
 * const image = tensor([[[1, 3, 0, 4], [5, 7, 2, 2]]]); // [C, H, W]
 * console.log(await new AvgPool2d(2).call(image).tolist()); // prints [ [ [ 4, 2 ] ] ]
 * ```
 *
 * @throws as `AvgPool1d`
 */
export class AvgPool2d extends AveragePool {
  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * As `AvgPool1d` over depth, height and width: `[N, C, D, H, W]` to `[N, C, D', H', W']`; `torch.nn.AvgPool3d`.
 *
 * ```ts
 * const volume = arange(8).reshape([1, 2, 2, 2]); // [C, D, H, W]
 * console.log(await new AvgPool3d([1, 2, 2]).call(volume).flatten().tolist()); // prints [ 1.5, 5.5 ]
 * ```
 *
 * @throws as `AvgPool1d`
 */
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

/**
 * (Σ xᵖ)^(1/p) over each window, p = `normType`; `torch.nn.LPPool1d`.
 *
 * `[N, C, L]` to `[N, C, T]` (or without N), T = ⌊(L − kernelSize) / stride⌋ + 1, rounded up with `ceilMode`; the
 * stride is `kernelSize` by default. Where Σ xᵖ is not positive the result is 0. With p = 1 it is the sum, for large p
 * near the maximum.
 *
 * ```ts
 * console.log(await new LPPool1d(2, 2).call(tensor([[3, 4, 6, 8]])).tolist()); // prints [ [ 5, 10 ] ]
 * ```
 *
 * @throws ShapeError at the call when no window fits
 */
export class LPPool1d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool1d(input, this.normType, this.kernelSize, this.options);
  }
}

/**
 * As `LPPool1d` over height and width: `[N, C, H, W]` to `[N, C, H', W']`; `torch.nn.LPPool2d`.
 *
 * ```ts
 * console.log(await new LPPool2d(2, [1, 2]).call(tensor([[[3, 4], [6, 8]]])).tolist()); // prints [ [ [ 5 ], [ 10 ] ] ]
 * ```
 *
 * @throws as `LPPool1d`
 */
export class LPPool2d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool2d(input, this.normType, this.kernelSize, this.options);
  }
}

/**
 * As `LPPool1d` over depth, height and width: `[N, C, D, H, W]` to `[N, C, D', H', W']`; `torch.nn.LPPool3d`.
 *
 * ```ts
 * const volume = tensor([3, 4, 6, 8]).reshape([1, 2, 1, 2]); // [C, D, H, W]
 * console.log(await new LPPool3d(2, [1, 1, 2]).call(volume).flatten().tolist()); // prints [ 5, 10 ]
 * ```
 *
 * @throws as `LPPool1d`
 */
export class LPPool3d extends NormPool {
  override forward(input: Tensor): Tensor {
    return lpPool3d(input, this.normType, this.kernelSize, this.options);
  }
}
