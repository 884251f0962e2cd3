import { EvenKeelError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';
import { Tensor as TensorClass } from '../tensor.ts';
import { type BackwardOptions, propagate, startingCotangent } from './backward.ts';

export interface GradientsOptions extends BackwardOptions {
  /** The cotangent of each output. May be left out for scalars. */
  readonly gradOutputs?: readonly Tensor[];
  /** Zeros for an input that the outputs do not depend on, instead of an error. Default false. */
  readonly allowUnused?: boolean;
}

/**
 * The derivative of `Σ outputs · gradOutputs` with respect to each input, without touching any `grad`
 * (`torch.autograd.grad`). With `createGraph` the results can be differentiated again.
 *
 * @throws EvenKeelError if an output does not depend on an input, unless `allowUnused`
 */
export function gradients(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradientsOptions = {},
): Tensor[] {
  const list = outputs instanceof TensorClass ? [outputs] : (outputs as readonly Tensor[]);
  const asked = new Set(inputs);
  const found = new Map<Tensor, Tensor>();
  propagate(
    list.flatMap((output, i) =>
      output.requiresGrad ? [[output, startingCotangent(output, options.gradOutputs?.[i])] as const] : [],
    ),
    (tensor) => asked.has(tensor),
    (tensor, cotangent) => {
      found.set(tensor, cotangent);
    },
    options,
  );
  return inputs.map((input, i) => {
    const gradient = found.get(input);
    if (gradient) return gradient;
    if (options.allowUnused) return new TensorClass(input.shape, input.dtype, 0);
    throw new EvenKeelError(`the outputs do not depend on input ${i}`, {
      op: 'gradients',
      got: String(input),
      remedy: 'set requiresGrad on it before computing the outputs, or pass { allowUnused: true }',
    });
  });
}

type Differentiable = (...inputs: Tensor[]) => Tensor;

/**
 * The function's value and its derivatives with respect to all of its arguments. It composes: the derivatives can be
 * differentiated again.
 *
 * @example
 * const [value, [slope]] = valueAndGrad((x) => x.square().sum())(tensor([3]));
 */
export function valueAndGrad(fn: Differentiable): (...inputs: Tensor[]) => [Tensor, Tensor[]] {
  return (...inputs) => {
    // An argument that is already part of a computation stays part of it; one that is not is followed for the time being.
    const followed = inputs.map((input) => {
      if (input.requiresGrad) return input;
      const alias = input.detach();
      alias.requiresGrad = true;
      return alias;
    });
    const value = fn(...followed);
    const createGraph = inputs.some((input) => input.requiresGrad);
    const slopes = gradients(value, followed, { createGraph, allowUnused: true });
    return [createGraph ? value : value.detach(), slopes];
  };
}

/** The function's derivatives with respect to all of its arguments; see `valueAndGrad`. */
export function grad(fn: Differentiable): (...inputs: Tensor[]) => Tensor[] {
  const both = valueAndGrad(fn);
  return (...inputs) => both(...inputs)[1];
}
