import { type Tensor, unflatten } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';

/**
 * Returns its input, of any shape; `torch.nn.Identity`. It takes the place of a layer that is left out.
 *
 * ```ts
 * console.log(await new Identity().call(tensor([1, 2])).tolist()); // prints [ 1, 2 ]
 * ```
 */
export class Identity extends Module {
  override forward(input: Tensor): Tensor {
    return input;
  }
}

/**
 * Joins the dimensions from `startDim` (default 1) to `endDim` (default −1) into one; `torch.nn.Flatten`.
 *
 * ```ts
 * const images = tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
 * console.log(await new Flatten().call(images).tolist()); // prints [ [ 1, 2, 3, 4 ], [ 5, 6, 7, 8 ] ]
 * ```
 *
 * @throws ShapeError at the call for dimensions that are not there
 */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(options: { startDim?: number; endDim?: number } = {}) {
    super();
    this.startDim = options.startDim ?? 1;
    this.endDim = options.endDim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }
}

/**
 * Takes dimension `dim` apart into several, one of which may be −1: the size that is left; `torch.nn.Unflatten`.
 *
 * ```ts
 * const rows = new Unflatten(1, [2, -1]).call(tensor([[1, 2, 3, 4]]));
 * console.log(await rows.tolist()); // prints [ [ [ 1, 2 ], [ 3, 4 ] ] ]
 * ```
 *
 * @throws ShapeError at the call when the sizes do not multiply to that of the dimension
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }
}
