import { ShapeError } from '@evenkeel/errors';
import { customGradient, inFloat32, type Tensor, vectorNorm } from '@evenkeel/tensor';

export interface LayerNormFunctionOptions {
  /** Factor of the normalized shape. */
  weight?: Tensor;
  /** Summand of the normalized shape. */
  bias?: Tensor;
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the trailing dimensions; `torch.nn.functional.layer_norm`.
 *
 * The variance is the biased one (divisor n), taken in two passes: of the deviations from the mean, never E[x²] − E[x]².
 * Ba, Kiros and Hinton 2016, Layer normalization.
 *
 * @param input `[..., ...normalizedShape]`
 * @throws ShapeError when the input does not end in the normalized shape
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: LayerNormFunctionOptions = {},
): Tensor {
  const { weight, bias, eps = 1e-5 } = options;
  const dims = trailingDims('layerNorm', input, normalizedShape);
  return inFloat32(input, (input) => {
    const normalized = standardize(input, dims, eps);
    const scaled = weight ? normalized.mul(weight) : normalized;
    return bias ? scaled.add(bias) : scaled;
  });
}

/**
 * weight · (x − mean) / (std + eps) + bias over the last dimension, with the unbiased deviation: the layer norm that some
 * tutorials write. It differs from `layerNorm` in two ways: the divisor is n − 1, which makes the results smaller by
 * √((n − 1) / n), and eps stands outside of the root, which matters for rows that are nearly constant.
 *
 * @param options.eps default 1e-6
 */
export function layerNormStd(input: Tensor, options: LayerNormFunctionOptions = {}): Tensor {
  const { weight, bias, eps = 1e-6 } = options;
  return inFloat32(input, (input) => {
    const centered = input.sub(input.mean(-1, { keepdim: true }));
    const normalized = centered.div(input.std(-1, { keepdim: true }).add(eps));
    const scaled = weight ? normalized.mul(weight) : normalized;
    return bias ? scaled.add(bias) : scaled;
  });
}

/**
 * x / √(mean(x²) + eps) · weight over the trailing dimensions; `torch.nn.functional.rms_norm`.
 *
 * Zhang and Sennrich 2019, Root mean square layer normalization.
 *
 * @param input `[..., ...normalizedShape]`
 * @param options.weight factor of the normalized shape
 * @param options.eps default: the distance from 1 to the next number of the dtype (1.19e-7 in float32)
 * @throws ShapeError when the input does not end in the normalized shape
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: { weight?: Tensor; eps?: number } = {},
): Tensor {
  const { weight, eps = input.dtype === 'float64' ? 2 ** -52 : 2 ** -23 } = options;
  const dims = trailingDims('rmsNorm', input, normalizedShape);
  return inFloat32(input, (input) => {
    const scale = input.square().mean(dims, { keepdim: true }).add(eps).rsqrt();
    const normalized = input.mul(scale);
    return weight ? normalized.mul(weight) : normalized;
  });
}

/**
 * x / max(‖x‖ₚ, eps) along `dim`; `torch.nn.functional.normalize`.
 *
 * @param options.p default 2
 * @param options.dim default 1
 * @param options.eps default 1e-12
 */
export function normalize(input: Tensor, options: { p?: number; dim?: number; eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return inFloat32(input, (input) => input.div(vectorNorm(input, p, dim, { keepdim: true }).clamp({ min: eps })));
}

/** (x − mean) / √(variance + eps) over `dims`, with the biased variance. */
export function standardize(input: Tensor, dims: number[], eps: number): Tensor {
  return standardizeBy(momentsOf(input, dims), input, dims, eps);
}

/** The mean of a sample and how its elements are spread about it. */
export interface Moments {
  readonly mean: Tensor;
  /** x − mean. */
  readonly deviations: Tensor;
  /** The biased one. */
  readonly variance: Tensor;
}

/**
 * The moments over `dims`, which stay with size 1. They are right also where the mean is large beside the deviations: it was
 * rounded, the differences from it were not, so that their own mean is what is still missing (the corrected two-pass
 * algorithm; Chan, Golub and LeVeque 1983).
 */
export function momentsOf(input: Tensor, dims: number[]): Moments {
  const average = (values: Tensor): Tensor => values.mean(dims, { keepdim: true });
  const mean = average(input);
  const differences = input.sub(mean);
  // Without rounding it would be 0 for every input, and so is its gradient.
  const missing = average(differences.detach());
  const variance = average(differences.square()).sub(missing.square()).clamp({ min: 0 });
  return { mean, deviations: differences.sub(missing), variance };
}

/** (x − mean) / √(variance + eps) by the input's own moments over `dims`. */
export function standardizeBy(moments: Moments, input: Tensor, dims: number[], eps: number): Tensor {
  return standardized(dims)(input, moments.deviations, moments.variance.add(eps).rsqrt());
}

/**
 * y = deviations · scale, whose cotangent is scale · (g − mean(g) − y · mean(g · y)), all that flows through the moments
 * included: two means of one pass over the gradient, where differentiating the moments takes three passes.
 */
const standardized = (dims: number[]) =>
  customGradient(
    (_, deviations, scale) => deviations.mul(scale),
    (g, { inputs: [, , scale], output: y }) => {
      const average = (values: Tensor): Tensor => values.mean(dims, { keepdim: true });
      const flowing = g.sub(average(g)).sub(y.mul(average(g.mul(y))));
      return [flowing.mul(scale as Tensor), undefined, undefined];
    },
  );

/** The dimensions that `shape` names at the end of the input, as negative numbers. */
export function trailingDims(op: string, input: Tensor, shape: readonly number[]): number[] {
  const trailing = input.shape.slice(Math.max(0, input.ndim - shape.length));
  if (shape.length === 0 || trailing.length < shape.length || trailing.some((size, dim) => size !== shape[dim])) {
    throw new ShapeError('the input does not end in the normalized shape', {
      op,
      got: `input [${input.shape.join(', ')}]`,
      expected: `[..., ${shape.join(', ')}]`,
    });
  }
  return shape.map((_, dim) => dim - shape.length);
}
