import { copied } from './engine/copied.ts';
import { Tensor } from './tensor.ts';

/**
 * A tensor that training changes: a leaf that requires a gradient and lives as long as somebody holds it.
 *
 * ```ts
 * const weight = new Parameter(tensor([1, 2]));
 * weight.square().sum().backward();
 * console.log(await weight.grad?.tolist()); // prints [ 2, 4 ]
 * ```
 */
export class Parameter extends Tensor {
  /**
   * @param value its initial content, of any shape; the parameter gets memory of its own
   * @param options.requiresGrad whether `backward()` computes a gradient for it; default true
   */
  constructor(value: Tensor, { requiresGrad = true }: { readonly requiresGrad?: boolean } = {}) {
    const own = copied(value);
    super(value.shape, value.dtype, own.memory());
    own.release();
    this.keep();
    this.requiresGrad = requiresGrad;
  }
}
