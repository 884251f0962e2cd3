import { primitives } from '@evenkeel/compiler';
import { execute } from './engine/execute.ts';
import { Tensor } from './tensor.ts';

/** A tensor that training changes: a leaf that requires a gradient and lives as long as somebody holds it. */
export class Parameter extends Tensor {
  /** @param value its initial content; the parameter gets memory of its own */
  constructor(value: Tensor, { requiresGrad = true }: { readonly requiresGrad?: boolean } = {}) {
    const own = execute(primitives.copy, [value], {}, []);
    super(value.shape, value.dtype, own.memory());
    own.release();
    this.keep();
    this.requiresGrad = requiresGrad;
  }
}
