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
 * Undoes `MaxPool1d` as far as can be: `[N, C, T]` and its indices to `[N, C, L]`, see `maxUnpool1d`; `torch.nn.MaxUnpool1d`.
 *
 * ```ts
 * const [pooled, indices] = new MaxPool1d(2, { returnIndices: true }).call(tensor([[1, 3, 5, 2]]));
 * new MaxUnpool1d(2).call(pooled, indices); // [[0, 3, 5, 0]]
 * ```
 *
 * @throws ShapeError at the call when input and indices differ in shape
 */
export class MaxUnpool1d extends MaxUnpool {
  protected override readonly putBack = maxUnpool1d;
}

/** Undoes `MaxPool2d` as far as can be, see `MaxUnpool1d`; `torch.nn.MaxUnpool2d`. */
export class MaxUnpool2d extends MaxUnpool {
  protected override readonly putBack = maxUnpool2d;
}

/** Undoes `MaxPool3d` as far as can be, see `MaxUnpool1d`; `torch.nn.MaxUnpool3d`. */
export class MaxUnpool3d extends MaxUnpool {
  protected override readonly putBack = maxUnpool3d;
}
