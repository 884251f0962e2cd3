import { ConfigError, ShapeError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { perDimension, type Spatial } from '../functional/spatial.ts';
import {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type TransposedConvolutionOptions,
} from '../functional/transposed-convolution.ts';
import { ConvolutionWeights } from './convolution-weights.ts';

export interface TransposedConvolutionLayerOptions extends TransposedConvolutionOptions {
  /** Whether a bias is added (default true). */
  bias?: boolean;
  /** `'zeros'`, the only one there is for a transposed convolution, as in PyTorch. */
  paddingMode?: 'zeros';
}

/** What the three have in common. */
abstract class TransposedConvolution extends ConvolutionWeights {
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  protected abstract readonly convolve: typeof convTranspose2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: TransposedConvolutionLayerOptions,
    spatial: number,
  ) {
    super(inChannels, outChannels, kernelSize, options, spatial, true);
    if (options.paddingMode !== undefined && options.paddingMode !== 'zeros') {
      throw new ConfigError('a transposed convolution pads with zeros only', {
        doing: `making a ${this.constructor.name}`,
        got: `paddingMode ${options.paddingMode}`,
      });
    }
    this.padding = this.perDimension('padding', options.padding ?? 0);
    this.outputPadding = this.perDimension('outputPadding', options.outputPadding ?? 0);
  }

  /** @param outputSize the spatial size wanted, one of the `stride` sizes that the input could have come from */
  override forward(input: Tensor, outputSize?: Spatial): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    const outputPadding = outputSize === undefined ? this.outputPadding : this.paddingFor(input, outputSize);
    return this.convolve(input, weight, bias, { stride, padding, outputPadding, groups, dilation });
  }

  private paddingFor(input: Tensor, outputSize: Spatial): readonly number[] {
    const spatial = this.kernelSize.length;
    const wanted = perDimension(this.constructor.name, 'outputSize', outputSize, spatial);
    const least = input.shape.slice(-spatial).map((size, d) => {
      const reach = (this.dilation[d] as number) * ((this.kernelSize[d] as number) - 1);
      return (size - 1) * (this.stride[d] as number) - 2 * (this.padding[d] as number) + reach + 1;
    });
    const extra = wanted.map((size, d) => size - (least[d] as number));
    if (extra.every((count, d) => count >= 0 && count < (this.stride[d] as number))) return extra;
    throw new ShapeError('that output size does not come from this input', {
      op: this.constructor.name,
      got: `outputSize ${wanted.join(' x ')}`,
      expected: least.map((size, d) => `${size} to ${size + (this.stride[d] as number) - 1}`).join(' x '),
    });
  }
}

/**
 * The transpose of `Conv1d`, from `[N, C, L]` (or `[C, L]`) to `[N, O, T]` (or `[O, T]`), see `convTranspose1d` for T;
 * `torch.nn.ConvTranspose1d`. Zeiler et al. 2010, Deconvolutional networks.
 *
 * `weight [C, O / groups, K]` and `bias [O]` start as U(−b, b) with b = 1/√(O / groups · K), which is PyTorch's rule.
 *
 * ```ts
 * const spread = new ConvTranspose1d(1, 1, 2, { stride: 2, bias: false });
 * init.ones_(spread.weight);
 * console.log(await spread.call(tensor([[3, 5]])).tolist()); // prints [ [ 3, 3, 5, 5 ] ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive, or groups that do not divide the channels
 * @throws ShapeError at the call when the input does not fit, or `outputSize` cannot be reached
 */
export class ConvTranspose1d extends TransposedConvolution {
  protected override readonly convolve = convTranspose1d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 1);
  }
}

/**
 * The transpose of `Conv2d`, from `[N, C, H, W]` (or `[C, H, W]`) to `[N, O, ...T]` (or `[O, ...T]`), otherwise as
 * `ConvTranspose1d`; `torch.nn.ConvTranspose2d`.
 *
 * ```ts
 * const spread = new ConvTranspose2d(1, 1, 2, { stride: 2, bias: false });
 * init.ones_(spread.weight);
 * console.log(await spread.call(tensor([[[3, 5]]])).tolist()); // prints [ [ [ 3, 3, 5, 5 ], [ 3, 3, 5, 5 ] ] ]
 * ```
 */
export class ConvTranspose2d extends TransposedConvolution {
  protected override readonly convolve = convTranspose2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 2);
  }
}

/**
 * The transpose of `Conv3d`, from `[N, C, D, H, W]` (or `[C, D, H, W]`) to `[N, O, ...T]` (or `[O, ...T]`), otherwise as
 * `ConvTranspose1d`; `torch.nn.ConvTranspose3d`.
 *
 * ```ts
 * const spread = new ConvTranspose3d(1, 1, [2, 1, 1], { stride: [2, 1, 1], bias: false });
 * init.ones_(spread.weight);
 * const output = spread.call(tensor([[[[3]], [[5]]]]));
 * console.log(await output.flatten().tolist()); // prints [ 3, 3, 5, 5 ]
 * ```
 */
export class ConvTranspose3d extends TransposedConvolution {
  protected override readonly convolve = convTranspose3d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(inChannels, outChannels, kernelSize, options, 3);
  }
}
