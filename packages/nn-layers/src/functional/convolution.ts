import { ConfigError, ShapeError } from '@evenkeel/errors';
import { convolution, scope, type Tensor } from '@evenkeel/tensor';
import { perDimension, positivePerDimension, type Spatial, withBatch } from './spatial.ts';

export interface ConvolutionOptions {
  /** From one output's window to the next (default 1). */
  stride?: Spatial;
  /** Zeros on both sides (default 0); `'valid'` is none, `'same'` keeps the size, and takes a stride of 1 only. */
  padding?: Spatial | 'same' | 'valid';
  /** From one element of the kernel to the next (default 1). */
  dilation?: Spatial;
  /** Into how many parts channels are divided, each seen by its own share of the outputs (default 1). */
  groups?: number;
}

/**
 * `out[n, o, t] = Σ_{c, k} w[o, c, k] · x[n, c, t · stride + k · dilation − padding] + b[o]`; `torch.nn.functional.conv1d`.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param weight `[O, C / groups, K]`
 * @param bias `[O]`
 * @returns `[N, O, T]` or `[O, T]` with T = ⌊(L + 2 · padding − dilation · (K − 1) − 1) / stride⌋ + 1
 * @throws ShapeError when channels do not fit the weight and groups, or the kernel is larger than the padded input
 * @throws ConfigError for `'same'` with a stride
 */
export function conv1d(input: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve('conv1d', 1, input, weight, bias, options);
}

/**
 * As `conv1d` over height and width: `[N, C, H, W]` (or `[C, H, W]`), weight `[O, C / groups, KH, KW]`;
 * `torch.nn.functional.conv2d`.
 */
export function conv2d(input: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve('conv2d', 2, input, weight, bias, options);
}

/**
 * As `conv1d` over depth, height and width: `[N, C, D, H, W]` (or `[C, D, H, W]`), weight `[O, C / groups, KD, KH, KW]`;
 * `torch.nn.functional.conv3d`.
 */
export function conv3d(input: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve('conv3d', 3, input, weight, bias, options);
}

function convolve(
  op: string,
  spatial: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions,
): Tensor {
  const { groups = 1 } = options;
  const stride = positivePerDimension(op, 'stride', options.stride ?? 1, spatial);
  const kernelDilation = positivePerDimension(op, 'dilation', options.dilation ?? 1, spatial);
  return scope(() =>
    withBatch(op, input, spatial, (batch) => {
      checkChannels(op, batch, weight, groups);
      const reach = weight.shape.slice(2).map((size, d) => (size - 1) * (kernelDilation[d] as number));
      const { before, after } = zerosAround(op, options.padding ?? 0, reach, stride);
      const room = batch.shape.slice(2).map((size, d) => size + (before[d] as number) + (after[d] as number));
      if (room.some((size, d) => size <= (reach[d] as number))) {
        throw new ShapeError('the kernel is larger than the padded input', {
          op,
          got: `a padded input of ${room.join(' x ')}`,
          expected: `at least ${reach.map((length) => length + 1).join(' x ')}`,
        });
      }
      const inputDilation = stride.map(() => 1);
      const attributes = { stride, before, after, inputDilation, kernelDilation, groups };
      return addBias(convolution(batch, weight, attributes), bias);
    }),
  );
}

/** Adds one number to each channel of `[N, C, ...]`. */
export function addBias(output: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? output.add(bias.to(output.dtype).reshape([-1, ...output.shape.slice(2).map(() => 1)])) : output;
}

/** How much `'same'`, `'valid'` or a number puts before and after each dimension; what is odd goes after. */
export function zerosAround(
  op: string,
  padding: Spatial | 'same' | 'valid',
  reach: readonly number[],
  stride: readonly number[],
): { before: readonly number[]; after: readonly number[] } {
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) {
      throw new ConfigError("padding 'same' is defined for a stride of 1 only", { op, got: `stride ${stride}` });
    }
    const before = reach.map((length) => Math.floor(length / 2));
    return { before, after: reach.map((length, d) => length - (before[d] as number)) };
  }
  const both = perDimension(op, 'padding', padding === 'valid' ? 0 : padding, reach.length);
  if (both.some((count) => count < 0)) {
    throw new ConfigError('padding cannot be negative', {
      op,
      got: `padding ${both}`,
      remedy: 'crop with pad(x, ...)',
    });
  }
  return { before: both, after: both };
}

function checkChannels(op: string, { shape }: Tensor, weight: Tensor, groups: number): void {
  const [outputs = 0, depth = 0] = weight.shape;
  const whole = Number.isInteger(groups) && groups > 0 && outputs % groups === 0;
  if (whole && weight.ndim === shape.length && shape[1] === depth * groups) return;
  throw new ShapeError("the input's channels do not fit the weight and the groups", {
    op,
    got: `input [${shape.join(', ')}], weight [${weight.shape.join(', ')}], groups ${groups}`,
    expected: `input [N, ${depth * groups}, ...], and a first dimension of the weight that groups divide`,
  });
}
