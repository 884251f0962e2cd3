import { add, div, maximum, type Tensor, vectorNorm } from '@evenkeel/tensor';

/** The p-norm of all tensors taken as one vector, as a scalar tensor. Infinity gives the largest absolute value. */
export function globalNorm(tensors: readonly Tensor[], p: number): Tensor {
  if (p === Number.POSITIVE_INFINITY) {
    return tensors.map((tensor) => tensor.abs().amax()).reduce((left, right) => maximum(left, right));
  }
  if (p === 2) return sumOf(tensors.map((tensor) => tensor.mul(tensor).sum())).sqrt();
  if (p === 1) return sumOf(tensors.map((tensor) => tensor.abs().sum()));
  return sumOf(tensors.map((tensor) => vectorNorm(tensor, p).pow(p))).pow(1 / p);
}

/** `min(1, maxNorm / (norm + 1e-6))`, PyTorch's factor, computed on the device. */
export function clipFactor(norm: Tensor, maxNorm: number): Tensor {
  return div(maxNorm, norm.add(1e-6)).clamp({ max: 1 });
}

function sumOf(scalars: readonly Tensor[]): Tensor {
  return scalars.reduce((left, right) => add(left, right));
}
