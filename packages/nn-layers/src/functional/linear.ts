import { ShapeError } from '@evenkeel/errors';
import { autocasted, scope, type Tensor } from '@evenkeel/tensor';

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
    // Rounded before it is turned, so that its gradient is turned before it is rounded: by the product that makes it.
    const product = input.matmul(autocasted(weight, 'float16').transpose(0, 1));
    return plusBias(product, bias);
  });
}

/** A bias has the dtype of the product that it is added to, which under autocast is not its own. */
function plusBias(product: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? product.add(bias.to(product.dtype)) : product;
}

/**
 * y = x1ᵀ A x2 + b, one matrix A for each output; `torch.nn.functional.bilinear`.
 *
 * @param input1 `[..., in1]`
 * @param input2 `[..., in2]`, the leading dimensions as in `input1`
 * @param weight `[out, in1, in2]`
 * @param bias `[out]`
 * @returns `[..., out]`
 * @throws ShapeError when the inputs do not fit the weight or each other
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [outputs = 0, first = 0, second = 0] = weight.shape;
  const lead = input1.shape.slice(0, -1);
  const fits =
    input1.shape.at(-1) === first &&
    input2.shape.at(-1) === second &&
    input1.ndim === input2.ndim &&
    lead.every((size, dim) => size === input2.shape[dim]);
  if (!fits) {
    throw new ShapeError('the inputs do not fit the weight or each other', {
      op: 'bilinear',
      got: `inputs [${input1.shape.join(', ')}] and [${input2.shape.join(', ')}]`,
      expected: `[..., ${first}] and [..., ${second}]`,
    });
  }
  return scope(() => {
    const matrices = weight.permute([1, 0, 2]).reshape([first, outputs * second]);
    const rows = input1.matmul(matrices).reshape([...lead, outputs, second]);
    const product = rows.mul(input2.unsqueeze(-2)).sum(-1);
    return plusBias(product, bias);
  });
}
