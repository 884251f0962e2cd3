import { add, cat, div, maximum, type Tensor, vectorNorm } from '@evenkeel/tensor';

/** The p-norm of all tensors taken as one vector, as a scalar tensor. Infinity gives the largest absolute value. */
export function globalNorm(tensors: readonly Tensor[], p: number): Tensor {
  if (p === Infinity) {
    return tensors.map((tensor) => tensor.abs().amax()).reduce((left, right) => maximum(left, right));
  }
  if (p === 2) return joined(tensors).square().sum().sqrt();
  if (p === 1) return joined(tensors).abs().sum();
  return sumOf(tensors.map((tensor) => vectorNorm(tensor, p).pow(p))).pow(1 / p);
}

/** `min(1, maxNorm / (norm + 1e-6))`, PyTorch's factor, computed on the device. */
export function clipFactor(norm: Tensor, maxNorm: number): Tensor {
  return div(maxNorm, norm.add(1e-6)).clamp({ max: 1 });
}

/**
 * All elements one after another: so the norm is one reduction, and compiled, gradients are made where they are joined. Matrices come
 * first, because optimizers often treat biases and normalizations otherwise, and what is treated alike shall lie together.
 */
export function joined(tensors: readonly Tensor[]): Tensor {
  const matrices = tensors.filter(({ ndim }) => ndim > 1);
  const others = tensors.filter(({ ndim }) => ndim <= 1);
  return cat([...matrices, ...others].map((tensor) => tensor.flatten()));
}

function sumOf(scalars: readonly Tensor[]): Tensor {
  return scalars.reduce((left, right) => add(left, right));
}
