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
 * The means of windows that divide an input of any length as evenly as can be; `torch.nn.AdaptiveAvgPool1d`.
 *
 * `[N, C, L]` to `[N, C, T]` (or without N), T = `outputSize`. Output o is the mean of the elements ⌊o · L / T⌋ to
 * before ⌈(o + 1) · L / T⌉. An `outputSize` of `null` in a list keeps the input's.
 *
 * ```ts
 * const pool = new AdaptiveAvgPool1d(2);
 * console.log(await pool.call(tensor([[1, 3, 2, 6]])).tolist()); // prints [ [ 2, 4 ] ]
 * console.log(await pool.call(tensor([[1, 1, 2, 2, 2, 2]])).mul(3).tolist()); // prints [ [ 4, 6 ] ]
 * ```
 *
 * @throws ConfigError at the call for a size that is not positive
 * @throws ShapeError at the call for another number of dimensions
 */
export class AdaptiveAvgPool1d extends AdaptiveAverage {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/**
 * As `AdaptiveAvgPool1d` over height and width: `[N, C, H, W]` to `[N, C, ...outputSize]`;
 * `torch.nn.AdaptiveAvgPool2d`.
 *
 * Of size 1 it is the global average that ends many image networks. Lin, Chen and Yan 2014, Network in network.
 *
 * ```ts
 * const images = tensor([[[1, 3], [5, 7]], [[0, 0], [2, 2]]]); // [C, H, W]
 * console.log(await new AdaptiveAvgPool2d(1).call(images).tolist()); // prints [ [ [ 4 ] ], [ [ 1 ] ] ]
 * console.log(await new AdaptiveAvgPool2d([null, 1]).call(images).flatten().tolist()); // prints [ 2, 6, 0, 2 ]
 * ```
 *
 * @throws as `AdaptiveAvgPool1d`
 */
export class AdaptiveAvgPool2d extends AdaptiveAverage {
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/**
 * As `AdaptiveAvgPool1d` over depth, height and width: `[N, C, D, H, W]` to `[N, C, ...outputSize]`;
 * `torch.nn.AdaptiveAvgPool3d`.
 *
 * ```ts
 * const volume = arange(8).reshape([1, 2, 2, 2]); // [C, D, H, W]
 * console.log(await new AdaptiveAvgPool3d(1).call(volume).item()); // prints 3.5
 * console.log(await new AdaptiveAvgPool3d([2, 1, 1]).call(volume).flatten().tolist()); // prints [ 1.5, 5.5 ]
 * ```
 *
 * @throws as `AdaptiveAvgPool1d`
 */
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
 * The largest elements of windows that divide an input of any length as evenly as can be; `torch.nn.AdaptiveMaxPool1d`.
 *
 * `[N, C, L]` to `[N, C, T]` (or without N), T = `outputSize`, by the windows of `AdaptiveAvgPool1d`. With
 * `returnIndices` (default false) it gives `[pooled, indices]`. The gradient goes to the first of equal elements.
 *
 * ```ts
 * const [pooled, indices] = new AdaptiveMaxPool1d(2, { returnIndices: true }).call(tensor([[1, 3, 2, 6]]));
 * console.log(await pooled.tolist(), await indices.tolist()); // prints [ [ 3, 6 ] ] [ [ 1, 3 ] ]
 * ```
 *
 * @throws ConfigError at the call for a size that is not positive
 * @throws ShapeError at the call for another number of dimensions
 */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool1d(input, this.outputSize, this.options);
  }
}

/**
 * As `AdaptiveMaxPool1d` over height and width: `[N, C, H, W]` to `[N, C, ...outputSize]`;
 * `torch.nn.AdaptiveMaxPool2d`.
 *
 * ```ts
 * const images = tensor([[[1, 3], [5, 7]], [[0, 0], [2, 2]]]); // [C, H, W]
 * console.log(await new AdaptiveMaxPool2d(1).call(images).tolist()); // prints [ [ [ 7 ] ], [ [ 2 ] ] ]
 * ```
 *
 * @throws as `AdaptiveMaxPool1d`
 */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool2d(input, this.outputSize, this.options);
  }
}

/**
 * As `AdaptiveMaxPool1d` over depth, height and width: `[N, C, D, H, W]` to `[N, C, ...outputSize]`;
 * `torch.nn.AdaptiveMaxPool3d`.
 *
 * ```ts
 * const volume = arange(8).reshape([1, 2, 2, 2]); // [C, D, H, W]
 * console.log(await new AdaptiveMaxPool3d([2, 1, 1]).call(volume).flatten().tolist()); // prints [ 3, 7 ]
 * ```
 *
 * @throws as `AdaptiveMaxPool1d`
 */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaximum<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return adaptiveMaxPool3d(input, this.outputSize, this.options);
  }
}
