import { ShapeError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { glu, softmin } from '../functional/softmax.ts';
import { Module } from '../module/module.ts';

/** What the three that go along one dimension have in common. */
abstract class AlongDimension extends Module {
  readonly dim: number;

  /** @param dim the dimension whose elements compete */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }
}

/**
 * eˣ / Σ eˣ over `dim` of any shape, shifted by the maximum; `torch.nn.Softmax`. Bridle 1990, Training stochastic model
 * recognition algorithms as networks can lead to maximum mutual information estimation of parameters.
 *
 * ```ts
 * console.log(await new Softmax(0).call(tensor([1000, 0, 1000])).tolist()); // prints [ 0.5, 0, 0.5 ]
 * ```
 *
 * @throws ShapeError at the call when there is no such dimension
 */
export class Softmax extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}

/**
 * log(softmax(x)) over `dim` of any shape, finite where the softmax is 0; `torch.nn.LogSoftmax`.
 *
 * ```ts
 * console.log(await new LogSoftmax(0).call(tensor([1000, 0])).tolist()); // prints [ 0, -1000 ]
 * ```
 *
 * @throws ShapeError at the call when there is no such dimension
 */
export class LogSoftmax extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return input.logSoftmax(this.dim);
  }
}

/**
 * softmax(−x) over `dim` of any shape; `torch.nn.Softmin`.
 *
 * ```ts
 * console.log(await new Softmin(0).call(tensor([1000, 0, 0])).tolist()); // prints [ 0, 0.5, 0.5 ]
 * ```
 *
 * @throws ShapeError at the call when there is no such dimension
 */
export class Softmin extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }
}

/**
 * softmax over the channels at each position of `[N, C, H, W]` or `[C, H, W]`; `torch.nn.Softmax2d`.
 *
 * ```ts
 * const image = tensor([[[7, 0]], [[7, 1000]]]);
 * console.log(await new Softmax2d().call(image).tolist()); // prints [ [ [ 0.5, 0 ] ], [ [ 0.5, 1 ] ] ]
 * ```
 *
 * @throws ShapeError at the call for any other number of dimensions
 */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    if (input.ndim === 3 || input.ndim === 4) return input.softmax(-3);
    throw new ShapeError('Softmax2d takes images', {
      op: 'Softmax2d',
      got: `[${input.shape.join(', ')}]`,
      expected: '[N, C, H, W] or [C, H, W]',
    });
  }
}

/**
 * The first half of `dim` (default −1) times the sigmoid of the second, `[..., 2C, ...]` to `[..., C, ...]`; `torch.nn.GLU`.
 * Dauphin et al. 2017, Language modeling with gated convolutional networks.
 *
 * ```ts
 * console.log(await new GLU().call(tensor([6, 8, 0, 1000])).tolist()); // prints [ 3, 8 ]
 * ```
 *
 * @throws ShapeError at the call when the dimension is odd
 */
export class GLU extends Module {
  readonly dim: number;

  constructor(options: { dim?: number } = {}) {
    super();
    this.dim = options.dim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return glu(input, { dim: this.dim });
  }
}
