/** How the pointwise primitives are defined: their rules differ only in dtypes, expression and gradient. */
import { type BinaryFunction, binary, type DType, type Expression, type UnaryFunction, unary } from '@evenkeel/backend';
import { expectAlike, expectDType } from './expectations.ts';
import type { GradientContext, None, Primitive, Spec } from './primitive.ts';

interface PointwiseOptions {
  readonly dtypes: readonly DType[];
  readonly saves?: readonly (number | 'output')[];
  /** False for steps and kinks, where finite differences say nothing. Default true. */
  readonly smooth?: boolean;
  readonly result?: DType;
  gradient?<T extends Spec>(context: GradientContext<T, None>, input: number): T | undefined;
}

export function unaryPrimitive(
  name: string,
  fn: UnaryFunction | ((x: Expression) => Expression),
  options: PointwiseOptions,
): Primitive<None> {
  const scalar = typeof fn === 'function' ? fn : (x: Expression) => unary(fn, x);
  return {
    name,
    infer([x]) {
      const input = x as Spec;
      expectDType(name, input, options.dtypes);
      return { shape: input.shape, dtype: options.result ?? input.dtype };
    },
    lowering: { kind: 'pointwise', scalar: ([x]) => scalar(x as Expression) },
    ...shared(options),
  };
}

export function binaryPrimitive(name: string, fn: BinaryFunction, options: PointwiseOptions): Primitive<None> {
  return {
    name,
    infer([a, b]) {
      const [left, right] = [a as Spec, b as Spec];
      expectDType(name, left, options.dtypes);
      expectAlike(name, left, right);
      return { shape: left.shape, dtype: options.result ?? left.dtype };
    },
    lowering: {
      kind: 'pointwise',
      scalar: ([a, b]) => binary(fn, a as Expression, b as Expression),
    },
    ...shared(options),
  };
}

/** The cotangent of something that is constant wherever it is differentiable. */
export function zeros<T extends Spec>(context: GradientContext<T, unknown>, input: number): T {
  const { shape, dtype } = context.inputs[input] as T;
  return context.ops.full(shape, 0, dtype);
}

function shared(options: PointwiseOptions) {
  const { saves = [], smooth = true, gradient } = options;
  return { saves, smooth, ...(gradient && { gradient }) };
}
