import { type BlockOptions, col2im, im2col, type Pair, type Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';

/** `[N, C, H, W]` to the columns of its sliding blocks, `[N, C · kh · kw, L]`, see `im2col`; `torch.nn.Unfold`. */
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

/** Blocks `[N, C · kh · kw, L]` summed back into images of `outputSize`, see `col2im`; `torch.nn.Fold`. */
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
