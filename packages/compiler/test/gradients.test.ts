import type { Shape } from '@evenkeel/backend';
import { type OperationName, type Operations, type Primitive, primitives, type Spec } from '@evenkeel/compiler';
import { describe, expect, test } from 'vitest';

/** A value of a gradient that is written down instead of computed. */
class Written implements Spec {
  readonly shape: Shape;
  readonly dtype: Spec['dtype'];

  constructor(spec: Spec) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
  }
}

const square: Spec = { shape: [3, 3], dtype: 'float32' };
const index: Spec = { shape: [3, 3], dtype: 'int32' };

/** Inputs and attributes of the operations that are not of one or two inputs alone. */
const calls: Partial<Record<OperationName, readonly [inputs: readonly Spec[], attributes: object]>> = {
  ...Object.fromEntries(['sum', 'prod', 'amax', 'amin'].map((name) => [name, [[square], { dims: [1] }]])),
  cast: [[square], { dtype: 'float32' }],
  concat: [[square, square], { dim: 0 }],
  expand: [[{ shape: [1, 3], dtype: 'float32' }], { shape: [3, 3] }],
  gather: [[square, index], { dim: 0 }],
  matmul: [[square, square], {}],
  pad: [[square], { before: [1, 0], after: [0, 1], interior: [0, 0] }],
  permute: [[square], { dims: [1, 0] }],
  reshape: [[square], { shape: [9] }],
  scatterAdd: [[square, index], { dim: 0, size: 3 }],
  slice: [[square], { starts: [2, 0], steps: [-1, 2], shape: [3, 2] }],
  where: [[{ shape: [3, 3], dtype: 'bool' }, square, square], {}],
};
const unary = ['neg', 'abs', 'sign', 'floor', 'ceil', 'trunc', 'round', 'sqrt', 'exp', 'expm1', 'log', 'log1p'];
const smooth = ['sin', 'cos', 'atan', 'tanh', 'erf', 'copy'];

const differentiable = (Object.keys(primitives) as OperationName[]).filter((name) => 'gradient' in primitives[name]);

describe.each(differentiable)('the gradient of %s', (name) => {
  const primitive = primitives[name] as unknown as Primitive<object>;
  const [inputs, attributes] = calls[name] ?? [[...unary, ...smooth].includes(name) ? [square] : [square, square], {}];

  /** The inputs, by number, and the output, whose values the gradient computes with. */
  function valuesRead(): Set<number | 'output'> {
    const given = inputs.map((spec) => new Written(spec));
    const output = new Written(primitive.infer(inputs, attributes));
    const gradient = new Written(output);
    const read = new Set<number | 'output'>();
    const ops = new Proxy({} as Operations<Written>, {
      get:
        () =>
        (...operands: unknown[]) => {
          for (const operand of operands) {
            if (operand === output) read.add('output');
            const at = given.indexOf(operand as Written);
            if (at >= 0) read.add(at);
          }
          return new Written((operands.find((operand) => operand instanceof Written) as Written) ?? gradient);
        },
    });
    given.forEach((_, input) => {
      primitive.gradient?.({ ops, inputs: given, output, gradient, attributes }, input);
    });
    return read;
  }

  test('reads the values that are saved for it, and no other: all else may be released', () => {
    expect([...valuesRead()].map(String).sort()).toEqual(primitive.saves.map(String).sort());
  });
});
