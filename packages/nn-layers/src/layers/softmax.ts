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

/** eˣ / Σ eˣ over `dim`, shifted by the maximum; `torch.nn.Softmax`. */
export class Softmax extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return input.softmax(this.dim);
  }
}

/** log(softmax(x)) over `dim`; `torch.nn.LogSoftmax`. */
export class LogSoftmax extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return input.logSoftmax(this.dim);
  }
}

/** softmax(−x) over `dim`; `torch.nn.Softmin`. */
export class Softmin extends AlongDimension {
  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }
}

/**
 * softmax over the channels at each position of `[N, C, H, W]` or `[C, H, W]`; `torch.nn.Softmax2d`.
 *
 * @throws ShapeError for any other number of dimensions
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

/** The first half of `dim` (default −1) times the sigmoid of the second; `torch.nn.GLU`. */
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
