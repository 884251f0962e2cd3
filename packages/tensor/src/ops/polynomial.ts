import * as ops from '../autograd/operations.ts';
import type { Tensor } from '../tensor.ts';

/** c₀ xⁿ + c₁ xⁿ⁻¹ + … by Horner's rule; the highest power comes first. */
export function polynomial(x: Tensor, [highest = 0, ...rest]: readonly number[]): Tensor {
  let sum = ops.full(x.shape, highest, x.dtype);
  for (const coefficient of rest) sum = ops.add(ops.mul(sum, x), coefficient);
  return sum;
}
