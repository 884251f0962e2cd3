import type { Tensor } from '@evenkeel/tensor';
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../functional/max-unpooling.ts';
import type { Spatial } from '../functional/spatial.ts';
import { Module } from '../module/module.ts';

/** What the three have in common. */
abstract class MaxUnpool extends Module {
  readonly kernelSize: Spatial;
  readonly options: Omit<MaxUnpoolOptions, 'outputSize'>;
  protected abstract readonly putBack: typeof maxUnpool1d;

  constructor(kernelSize: Spatial, options: Omit<MaxUnpoolOptions, 'outputSize'> = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  /** @param outputSize the spatial size wanted, where several sizes pool to the input's */
  override forward(input: Tensor, indices: Tensor, outputSize?: Spatial): Tensor {
    return this.putBack(input, indices, this.kernelSize, { ...this.options, ...(outputSize && { outputSize }) });
  }
}

/**
 * Puts pooled elements back where `MaxPool1d` found them, zeros elsewhere; `torch.nn.MaxUnpool1d`.
 *
 * `[N, C, T]` and its indices to `[N, C, L]` (or without N), L = (T − 1) · stride − 2 · padding + kernelSize unless the
 * call gives an `outputSize`. Defaults: stride `kernelSize`, no padding. Zeiler and Fergus 2014, Visualizing and
 * understanding convolutional networks.
 *
 * ```ts
 * const [pooled, indices] = new MaxPool1d(2, { returnIndices: true }).call(tensor([[1, 3, 5, 2]]));
 * console.log(await new MaxUnpool1d(2).call(pooled, indices).tolist()); // prints [ [ 0, 3, 5, 0 ] ]
 * ```
 *
 * @throws ShapeError at the call when input and indices differ in shape
 * @throws IndexError at the call for an index outside of the output
 */
export class MaxUnpool1d extends MaxUnpool {
  protected override readonly putBack = maxUnpool1d;
}

/**
 * As `MaxUnpool1d` for `MaxPool2d`: `[N, C, H', W']` and its indices to `[N, C, H, W]`; `torch.nn.MaxUnpool2d`.
 *
 * ```ts
 * const [pooled, indices] = new MaxPool2d(2, { returnIndices: true }).call(tensor([[[1, 3], [7, 5]]]));
 * console.log(await new MaxUnpool2d(2).call(pooled, indices).tolist()); // prints [ [ [ 0, 0 ], [ 7, 0 ] ] ]
 * ```
 *
 * @throws as `MaxUnpool1d`
 */
export class MaxUnpool2d extends MaxUnpool {
  protected override readonly putBack = maxUnpool2d;
}

/**
 * As `MaxUnpool1d` for `MaxPool3d`: `[N, C, D', H', W']` and its indices to `[N, C, D, H, W]`; `torch.nn.MaxUnpool3d`.
 *
 * ```ts
 * const volume = tensor([1, 3, 7, 5]).reshape([1, 2, 1, 2]); // [C, D, H, W]
 * const [pooled, indices] = new MaxPool3d([2, 1, 2], { returnIndices: true }).call(volume);
 * console.log(await new MaxUnpool3d([2, 1, 2]).call(pooled, indices).flatten().tolist()); // prints [ 0, 0, 7, 0 ]
 * ```
 *
 * @throws as `MaxUnpool1d`
 */
export class MaxUnpool3d extends MaxUnpool {
  protected override readonly putBack = maxUnpool3d;
}
