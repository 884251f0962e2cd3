import { ShapeError } from '@evenkeel/errors';
import { scope, type Tensor } from '@evenkeel/tensor';

/**
 * y = x Wᵀ + b; `torch.nn.functional.linear`.
 *
 * @param input `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[..., out]`
 * @throws ShapeError when the input's last dimension is not the weight's
 */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const features = input.shape.at(-1);
  if (features === undefined || features !== weight.shape[1] || weight.ndim !== 2) {
    throw new ShapeError("the input's last dimension is not the number of features the weight takes", {
      op: 'linear',
      got: `input [${input.shape.join(', ')}] and weight [${weight.shape.join(', ')}]`,
      expected: `input [..., ${weight.shape[1] ?? 'in'}] for weight [out, in]`,
    });
  }
  return scope(() => {
    const product = input.matmul(weight.transpose(0, 1));
    return bias ? product.add(bias) : product;
  });
}
