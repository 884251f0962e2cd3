import { ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';

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
 * The variance is the biased one (divisor n), taken in two passes: of the deviations, never E[x²] − E[x]².
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
  return scope(() => {
    const normalized = standardize(input, dims, eps);
    const scaled = weight ? normalized.mul(weight) : normalized;
    return bias ? scaled.add(bias) : scaled;
  });
}

/** (x − mean) / √(variance + eps) over `dims`, with the biased variance. */
export function standardize(input: Tensor, dims: number[], eps: number): Tensor {
  const centered = input.sub(input.mean(dims, { keepdim: true }));
  const variance = centered.square().mean(dims, { keepdim: true });
  return centered.mul(variance.add(eps).rsqrt());
}

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
