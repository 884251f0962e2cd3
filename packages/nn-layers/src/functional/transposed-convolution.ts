import { ConfigError, ShapeError } from '@evenkeel/errors';
import { convolution, flip, scope, type Tensor } from '@evenkeel/tensor';
import { addBias } from './convolution.ts';
import { perDimension, positivePerDimension, type Spatial, withBatch } from './spatial.ts';

export interface TransposedConvolutionOptions {
  /** From one input's window in the output to the next (default 1). */
  stride?: Spatial;
  /** How much is cut from both sides of the output (default 0). */
  padding?: Spatial;
  /** How much the output is longer at its end, less than stride or dilation (default 0). */
  outputPadding?: Spatial;
  /** Into how many parts channels are divided (default 1). */
  groups?: number;
  /** From one element of the kernel to the next (default 1). */
  dilation?: Spatial;
}

/**
 * The transpose of `conv1d` with the same weight and options, which is its gradient by the input:
 * `out[n, o, t · stride + k · dilation − padding] += w[c, o, k] · x[n, c, t]`, plus b[o]; `torch.nn.functional.conv_transpose1d`.
 *
 * @param input `[N, C, L]` or `[C, L]`
 * @param weight `[C, O / groups, K]`
 * @param bias `[O]`
 * @returns `[N, O, T]` or `[O, T]` with T = (L − 1) · stride − 2 · padding + dilation · (K − 1) + outputPadding + 1
 * @throws ShapeError when channels do not fit the weight and groups, or the padding leaves nothing
 * @throws ConfigError for an output padding that is not smaller than stride or dilation
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed('convTranspose1d', 1, input, weight, bias, options);
}

/** As `convTranspose1d` over height and width, weight `[C, O / groups, KH, KW]`; `torch.nn.functional.conv_transpose2d`. */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed('convTranspose2d', 2, input, weight, bias, options);
}

/** As `convTranspose1d` over depth, height and width; `torch.nn.functional.conv_transpose3d`. */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed('convTranspose3d', 3, input, weight, bias, options);
}

function convolveTransposed(
  op: string,
  spatial: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: TransposedConvolutionOptions,
): Tensor {
  const { groups = 1 } = options;
  const inputDilation = positivePerDimension(op, 'stride', options.stride ?? 1, spatial);
  const kernelDilation = positivePerDimension(op, 'dilation', options.dilation ?? 1, spatial);
  const padding = perDimension(op, 'padding', options.padding ?? 0, spatial);
  const extra = perDimension(op, 'outputPadding', options.outputPadding ?? 0, spatial);
  checkOutputPadding(op, extra, inputDilation, kernelDilation);
  return scope(() =>
    withBatch(op, input, spatial, (batch) => {
      checkChannels(op, batch, weight, groups);
      const reach = weight.shape.slice(2).map((size, d) => (size - 1) * (kernelDilation[d] as number));
      const before = reach.map((length, d) => length - (padding[d] as number));
      const after = before.map((count, d) => count + (extra[d] as number));
      const attributes = { stride: reach.map(() => 1), before, after, inputDilation, kernelDilation, groups };
      // Sliding the kernel turned round over the input spread by the stride adds up just those products.
      const output = convolution(batch, exchanged(weight, groups), attributes);
      if (output.shape.slice(2).some((size) => size < 1)) {
        throw new ShapeError('the padding leaves nothing of the output', { op, got: `padding ${padding}` });
      }
      return addBias(output, bias);
    }),
  );
}

/** `[C, O / groups, ...K]` to `[O, C / groups, ...K]`, turned round in every spatial dimension. */
function exchanged(weight: Tensor, groups: number): Tensor {
  const [inputs = 0, outputs = 0, ...kernel] = weight.shape;
  const dims = kernel.map((_, d) => d);
  const turned = flip(
    weight,
    dims.map((d) => d + 2),
  );
  if (groups === 1) return turned.transpose(0, 1);
  return turned
    .reshape([groups, inputs / groups, outputs, ...kernel])
    .transpose(1, 2)
    .reshape([groups * outputs, inputs / groups, ...kernel]);
}

function checkChannels(op: string, { shape }: Tensor, weight: Tensor, groups: number): void {
  const whole = Number.isInteger(groups) && groups > 0 && (weight.shape[0] ?? 0) % groups === 0;
  if (whole && weight.ndim === shape.length && shape[1] === weight.shape[0]) return;
  throw new ShapeError("the input's channels do not fit the weight and the groups", {
    op,
    got: `input [${shape.join(', ')}], weight [${weight.shape.join(', ')}], groups ${groups}`,
    expected: 'input [N, C, ...], weight [C, O / groups, ...], and groups that divide C',
  });
}

function checkOutputPadding(
  op: string,
  extra: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): void {
  const fits = extra.every((count, d) => count >= 0 && count < Math.max(stride[d] as number, dilation[d] as number));
  if (fits) return;
  throw new ConfigError('the output padding must be smaller than stride or dilation', {
    op,
    got: `outputPadding ${extra}, stride ${stride}, dilation ${dilation}`,
  });
}
