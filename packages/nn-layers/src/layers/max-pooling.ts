import type { Tensor } from '@evenkeel/tensor';
import { type MaxPooled, type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from '../functional/max-pooling.ts';
import type { Spatial } from '../functional/spatial.ts';
import { Module } from '../module/module.ts';

/** What the three have in common. */
abstract class MaxPool<Indices extends boolean> extends Module {
  readonly kernelSize: Spatial;
  readonly options: MaxPoolOptions<Indices>;

  constructor(kernelSize: Spatial, options: MaxPoolOptions<Indices> = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }
}

/**
 * The largest element of each window; `torch.nn.MaxPool1d`.
 *
 * `[N, C, L]` to `[N, C, T]` (or without N), T = ⌊(L + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1,
 * rounded up with `ceilMode`. Defaults: stride `kernelSize`, no padding, dilation 1. With `returnIndices` it gives
 * `[pooled, indices]`. What is outside of the input counts as −∞; the gradient goes to the first of equal elements.
 *
 * ```ts
 * const input = tensor([[1, 3, 2, 5, 4]]);
 * console.log(await new MaxPool1d(2).call(input).tolist()); // prints [ [ 3, 5 ] ]
 * console.log(await new MaxPool1d(2, { ceilMode: true }).call(input).tolist()); // prints [ [ 3, 5, 4 ] ]
 * ```
 *
 * @throws ConfigError at the call for a padding of more than half the kernel
 * @throws ShapeError at the call when no window fits
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return maxPool1d(input, this.kernelSize, this.options);
  }
}

/**
 * As `MaxPool1d` over height and width: `[N, C, H, W]` to `[N, C, H', W']`; `torch.nn.MaxPool2d`.
 *
 * ```ts
 * const image = tensor([[[1, 3, 0, 4], [5, 7, 2, 2]]]); // [C, H, W]
 * console.log(await new MaxPool2d(2).call(image).tolist()); // prints [ [ [ 7, 4 ] ] ]
 * const halving = new MaxPool2d(3, { stride: 2, padding: 1 });
 * console.log(halving.call(ones([1, 4, 16, 16])).shape); // prints [ 1, 4, 8, 8 ]
 * ```
 *
 * @throws as `MaxPool1d`
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/**
 * As `MaxPool1d` over depth, height and width: `[N, C, D, H, W]` to `[N, C, D', H', W']`; `torch.nn.MaxPool3d`.
 *
 * ```ts
 * const volume = arange(8).reshape([1, 2, 2, 2]); // [C, D, H, W]
 * console.log(await new MaxPool3d([1, 2, 2]).call(volume).flatten().tolist()); // prints [ 3, 7 ]
 * ```
 *
 * @throws as `MaxPool1d`
 */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return maxPool3d(input, this.kernelSize, this.options);
  }
}
