import { ConfigError } from '@evenkeel/errors';
import { pad, scope, type Tensor } from '@evenkeel/tensor';
import { type ConvolutionOptions, conv1d, conv2d, conv3d, zerosAround } from '../functional/convolution.ts';
import type { Spatial } from '../functional/spatial.ts';
import { ConvolutionWeights } from './convolution-weights.ts';

/** What stands around the input: zeros, its mirror image, its outermost element, or its other end. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export interface ConvolutionLayerOptions extends ConvolutionOptions {
  /** Whether a bias is added (default true). */
  bias?: boolean;
  /** What the padding consists of (default `'zeros'`). */
  paddingMode?: PaddingMode;
}

const paddingModes: readonly string[] = ['zeros', 'reflect', 'replicate', 'circular'];

/** What the three have in common. */
abstract class Convolution extends ConvolutionWeights {
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly paddingMode: PaddingMode;
  protected abstract readonly convolve: typeof conv2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Spatial,
    options: ConvolutionLayerOptions,
    spatial: number,
  ) {
    super(inChannels, outChannels, kernelSize, options, spatial, false);
    const { padding = 0, paddingMode = 'zeros' } = options;
    this.padding = typeof padding === 'string' ? padding : this.perDimension('padding', padding);
    if (!paddingModes.includes(paddingMode) || (typeof padding === 'string' && !/^(same|valid)$/.test(padding))) {
      throw new ConfigError('the padding is not known', {
        doing: `making a ${this.constructor.name}`,
        got: `padding ${padding}, paddingMode ${paddingMode}`,
        expected: `numbers, 'same' or 'valid', and one of ${paddingModes.join(', ')}`,
      });
    }
    this.paddingMode = paddingMode;
    // Refuses 'same' with a stride here, and not at the first call.
    this.around();
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    if (paddingMode === 'zeros') return this.convolve(input, weight, bias, { stride, padding, dilation, groups });
    const { before, after } = this.around();
    const counts = before.flatMap((count, d) => [count, after[d] as number]);
    // `pad` counts from the last dimension.
    const pairs = before.flatMap((_, d) => counts.slice(2 * (before.length - 1 - d), 2 * (before.length - d)));
    return scope(() =>
      this.convolve(pad(input, pairs, { mode: paddingMode }), weight, bias, { stride, dilation, groups }),
    );
  }

  private around() {
    const reach = this.kernelSize.map((size, d) => (size - 1) * (this.dilation[d] as number));
    return zerosAround(this.constructor.name, this.padding, reach, this.stride);
  }
}

/**
 * Slides `outChannels` kernels along the input; `torch.nn.Conv1d`.
 *
 * `[N, C, L]` to `[N, O, T]` (or without N): out[o, t] = Σ_{c, k} weight[o, c, k] · x[c, t · stride + k · dilation −
 * padding] + bias[o], T = ⌊(L + 2 · padding − dilation · (K − 1) − 1) / stride⌋ + 1. Defaults: stride 1, no padding,
 * dilation 1, one group. `weight [O, C / groups, K]` and `bias [O]` start as U(−b, b) with b = 1/√(C / groups · K).
 *
 * ```ts
 * const layer = new Conv1d(1, 1, 2, { bias: false });
 * init.ones_(layer.weight);
 * console.log(await layer.call(tensor([[1, 2, 4, 8]])).tolist()); // prints [ [ 3, 6, 12 ] ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive, groups that do not divide the channels, or `'same'` with a
 * stride
 * @throws ShapeError at the call when the input does not fit
 */
export class Conv1d extends Convolution {
  protected override readonly convolve = conv1d;

  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvolutionLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, options, 1);
  }
}

/**
 * As `Conv1d` over height and width: `[N, C, H, W]` to `[N, O, H', W']`, weight `[O, C / groups, KH, KW]`;
 * `torch.nn.Conv2d`. LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition.
 *
 * ```ts
 * const layer = new Conv2d(1, 1, 2, { bias: false });
 * init.ones_(layer.weight);
 * console.log(await layer.call(tensor([[[1, 2, 3], [4, 5, 6]]])).tolist()); // prints [ [ [ 12, 16 ] ] ]
 * const halving = new Conv2d(3, 8, 3, { stride: 2, padding: 1 });
 * console.log(halving.call(ones([1, 3, 32, 32])).shape); // prints [ 1, 8, 16, 16 ]
 * ```
 *
 * @throws as `Conv1d`
 */
export class Conv2d extends Convolution {
  protected override readonly convolve = conv2d;

  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvolutionLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, options, 2);
  }
}

/**
 * As `Conv1d` over depth, height and width: `[N, C, D, H, W]` to `[N, O, D', H', W']`, weight
 * `[O, C / groups, KD, KH, KW]`; `torch.nn.Conv3d`.
 *
 * ```ts
 * const layer = new Conv3d(1, 1, 2, { bias: false });
 * init.ones_(layer.weight);
 * console.log(await layer.call(ones([1, 2, 2, 3])).flatten().tolist()); // prints [ 8, 8 ]
 * ```
 *
 * @throws as `Conv1d`
 */
export class Conv3d extends Convolution {
  protected override readonly convolve = conv3d;

  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvolutionLayerOptions = {}) {
    super(inChannels, outChannels, kernelSize, options, 3);
  }
}
