import { ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';

/** softmax(−x) over `dim`. */
export function softmin(input: Tensor, dim: number): Tensor {
  return scope(() => input.neg().softmax(dim));
}

/**
 * The first half of `dim` times the sigmoid of the second; Dauphin et al. 2017.
 *
 * @param options.dim default −1
 * @throws ShapeError when the dimension is odd
 */
export function glu(input: Tensor, options: { dim?: number } = {}): Tensor {
  const { dim = -1 } = options;
  const size = input.shape.at(dim) ?? 0;
  if (size % 2 !== 0) {
    throw new ShapeError('glu halves a dimension, which must be even', {
      op: 'glu',
      got: `dimension ${dim} of [${input.shape.join(', ')}]`,
    });
  }
  return scope(() => {
    const half = size / 2;
    return input.narrow(dim, 0, half).mul(input.narrow(dim, half, half).sigmoid());
  });
}
