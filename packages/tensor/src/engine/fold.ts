import { isFloat } from '@evenkeel/backend';
import type { Primitive } from '@evenkeel/compiler';
import * as primitives from '@evenkeel/compiler/primitives';
import { Tensor } from '../tensor.ts';

type Numeric = (a: number, b: number) => number;

/** Operations that IEEE rounds correctly, so that the host's result is every backend's. */
const exact = new Map<unknown, Numeric>([
  [primitives.neg, (a) => -a],
  [primitives.add, (a, b) => a + b],
  [primitives.sub, (a, b) => a - b],
  [primitives.mul, (a, b) => a * b],
  [primitives.div, (a, b) => a / b],
  [primitives.sqrt, (a) => Math.sqrt(a)],
]);

/** The result of an operation on numbers that are the same everywhere, without memory: cotangents of a mean stay free. */
export function foldUniform(
  primitive: Primitive<never> | Primitive<object>,
  inputs: readonly Tensor[],
  _attributes: object,
): Tensor | undefined {
  const compute = exact.get(primitive);
  if (!compute) return undefined;
  const [a, b] = inputs;
  if (a?.uniform === undefined || (b && b.uniform === undefined)) return undefined;
  if (!isFloat(a.dtype)) return undefined;
  const spec = (primitive as Primitive<object>).infer(inputs, {});
  return new Tensor(spec.shape, spec.dtype, compute(a.uniform, b?.uniform ?? 0));
}
