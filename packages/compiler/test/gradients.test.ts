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

const extras = ['bias', 'seen', 'factor'];
const scores: readonly Spec[] = [square, { shape: [3, 3], dtype: 'bool' }, square];

/** Inputs and attributes of the operations that are not of one or two inputs alone. */
const calls: Partial<Record<OperationName, readonly [inputs: readonly Spec[], attributes: object]>> = {
  ...Object.fromEntries(['sum', 'prod', 'amax', 'amin'].map((name) => [name, [[square], { dims: [1] }]])),
  attention: [[square, square, square, ...scores], { scale: 1, causal: true, extras, headsInside: false }],
  attentionGradient: [
    [square, square, square, square, square, ...scores],
    { scale: 1, causal: true, extras, headsInside: false, of: 'query' },
  ],
  cast: [[square], { dtype: 'float32' }],
  concat: [[square, square], { dim: 0 }],
  convolution: [
    [
      { shape: [2, 4, 5], dtype: 'float32' },
      { shape: [6, 2, 3], dtype: 'float32' },
    ],
    { stride: [2], before: [1], after: [0], inputDilation: [1], kernelDilation: [1], groups: 2 },
  ],
  expand: [[{ shape: [1, 3], dtype: 'float32' }], { shape: [3, 3] }],
  foldWindows: [[square], { dim: 0, extent: 7, step: 2, dilation: 1 }],
  gather: [[square, index], { dim: 0 }],
  matmul: [[square, square], {}],
  pad: [[square], { before: [1, 0], after: [0, 1], interior: [0, 0] }],
  permute: [[square], { dims: [1, 0] }],
  reshape: [[square], { shape: [9] }],
  // A product: a running sum reads nothing.
  scan: [[square], { dim: 0, fn: 'prod', reverse: false }],
  scatterAdd: [[square, index], { dim: 0, size: 3 }],
  slice: [[square], { starts: [2, 0], steps: [-1, 2], shape: [3, 2] }],
  windows: [[square], { dim: 0, size: 2, step: 1, dilation: 1 }],
  where: [[{ shape: [3, 3], dtype: 'bool' }, square, square], {}],
};
const differentiable = (Object.keys(primitives) as OperationName[]).filter((name) => 'gradient' in primitives[name]);

function takesOne(primitive: Primitive<object>): boolean {
  try {
    return primitive.infer([square], {}) !== undefined;
  } catch {
    return false;
  }
}

describe.each(differentiable)('the gradient of %s', (name) => {
  const primitive = primitives[name] as unknown as Primitive<object>;
  const [inputs, attributes] = calls[name] ?? [takesOne(primitive) ? [square] : [square, square], {}];

  /** The inputs, by number, and the output, whose values the gradient computes with. */
  function valuesRead(): Set<number | 'output'> {
    const given = inputs.map((spec) => new Written(spec));
    const output = new Written(primitive.infer(inputs, attributes));
    const gradient = new Written(output);
    const read = new Set<number | 'output'>();
    const ops = new Proxy({} as Operations<Written>, {
      get:
        (_, name) =>
        (...args: unknown[]) => {
          const operands = args.flat();
          for (const operand of operands) {
            if (operand === output) read.add('output');
            const at = given.indexOf(operand as Written);
            if (at >= 0) read.add(at);
          }
          const [first, second, third] = args as [Written, readonly number[], object];
          if (name === 'reshape') return new Written({ ...first, shape: second });
          if (name === 'permute') return new Written({ ...first, shape: second.map((d) => first.shape[d] as number) });
          const applied = first as unknown as Primitive<object>;
          if (applied === primitives.convolution) return new Written(applied.infer(args[1] as Written[], third));
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
