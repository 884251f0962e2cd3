/** Plans of functions, on the current backend. */
import type { Plan } from '@evenkeel/compiler';
import { compile, type Parameter, type Tensor } from '@evenkeel/tensor';
import { expect } from 'vitest';
import { figuresOf } from '../src/figures.ts';

/** What makes a tensor of a tensor, with parameters. */
export interface Layer {
  call(x: Tensor): Tensor;
  parameters(): Parameter[];
}

/** The plan of a function, once it is compiled. */
export function planOf<Given extends Tensor[]>(fn: (...given: Given) => unknown, ...given: Given): Plan {
  const compiled = compile(fn);
  for (let call = 0; call < 3; call++) compiled(...given);
  expect(compiled.counters.replayed, 'calls that ran the program alone').toBe(1);
  return compiled.plans()[0] as Plan;
}

/** Kernels that a function launches once it is compiled. */
export function kernelsOf<Given extends Tensor[]>(fn: (...given: Given) => unknown, ...given: Given): number {
  return figuresOf(planOf(fn, ...given)).kernels;
}

/** A function that gives the gradients of a loss. */
export function gradientsOf(loss: () => Tensor, parameters: readonly Parameter[]): () => unknown {
  return () => {
    for (const parameter of parameters) parameter.grad = undefined;
    loss().backward();
    return parameters.map(({ grad }) => grad);
  };
}
