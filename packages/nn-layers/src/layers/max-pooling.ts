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
 * The largest element of each window of `[N, C, L]` or `[C, L]`, see `maxPool1d`; `torch.nn.MaxPool1d`.
 *
 * ```ts
 * new MaxPool1d(2).call(tensor([[1, 3, 2, 5, 4]])); // [[3, 5]]
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
 * The largest element of each window of `[N, C, H, W]` or `[C, H, W]`, see `maxPool1d`; `torch.nn.MaxPool2d`.
 *
 * ```ts
 * new MaxPool2d(3, { stride: 2, padding: 1 }).call(randn([1, 64, 112, 112])).shape; // [1, 64, 56, 56]
 * ```
 */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/** The largest element of each window of `[N, C, D, H, W]` or `[C, D, H, W]`, see `maxPool1d`; `torch.nn.MaxPool3d`. */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  override forward(input: Tensor): MaxPooled<Indices> {
    return maxPool3d(input, this.kernelSize, this.options);
  }
}
