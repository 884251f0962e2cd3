import { type BlockOptions, col2im, im2col, type Pair, type Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';

/**
 * The sliding blocks of an image as columns (im2col), `[N, C, H, W]` to `[N, C · kh · kw, L]`; `torch.nn.Unfold`.
 *
 * L counts the blocks, row by row. Defaults: stride 1, dilation 1, no padding.
 *
 * ```ts
 * const columns = new Unfold(2).call(tensor([[[[1, 2, 3], [4, 5, 6]]]])); // two blocks of 2 x 2
 * console.log(await columns.tolist()); // prints [ [ [ 1, 2 ], [ 2, 3 ], [ 4, 5 ], [ 5, 6 ] ] ]
 * ```
 *
 * @throws ShapeError at the call when no block fits
 */
export class Unfold extends Module {
  readonly kernelSize: Pair;
  readonly options: BlockOptions;

  constructor(kernelSize: Pair, options: BlockOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return im2col(input, this.kernelSize, this.options);
  }
}

/**
 * Blocks `[N, C · kh · kw, L]` summed back into images `[N, C, ...outputSize]` (col2im), what `Unfold` would take
 * apart; `torch.nn.Fold`.
 *
 * Where blocks overlap their elements add up. Defaults: stride 1, dilation 1, no padding.
 *
 * ```ts
 * const image = new Fold([2, 3], 2).call(ones([1, 4, 2])); // two blocks of 2 x 2 share the middle column
 * console.log(await image.squeeze().tolist()); // prints [ [ 1, 2, 1 ], [ 1, 2, 1 ] ]
 * ```
 *
 * @throws ShapeError at the call when the blocks do not fit `outputSize`
 */
export class Fold extends Module {
  readonly outputSize: Pair;
  readonly kernelSize: Pair;
  readonly options: BlockOptions;

  constructor(outputSize: Pair, kernelSize: Pair, options: BlockOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override forward(input: Tensor): Tensor {
    return col2im(input, this.outputSize, this.kernelSize, this.options);
  }
}
