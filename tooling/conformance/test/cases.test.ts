import { type DType, dtypes } from '@evenkeel/backend';
import { type Primitive, primitives } from '@evenkeel/compiler';
import { DTypeError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { cases, casesOf, operationNames } from '../src/cases/index.ts';
import type { Case } from '../src/cases/operation-cases.ts';
import { knownAnswers } from '../src/checks/random-numbers.ts';
import { philox } from '../src/host/philox.ts';

const primitiveOf = (name: (typeof operationNames)[number]) => primitives[name] as unknown as Primitive<object>;

test('every primitive has cases', () => {
  expect(operationNames.toSorted()).toEqual(Object.keys(primitives).sort());
});

describe.each(operationNames)('the cases of %s', (name) => {
  const { dtypes: taken, forward, backward, conventions = [] } = casesOf(name);

  test('name every dtype that the primitive takes, and no other', () => {
    const [first] = forward(taken[0] as DType) as [Case<object>];
    const takes = (dtype: DType) => {
      const attributes =
        'dtype' in first.attributes && first.inputs.length === 0 ? { ...first.attributes, dtype } : first.attributes;
      // Only the inputs that share the first one's dtype change with it: an index and a condition have their own.
      const chosen = first.inputs.filter((input) => input.dtype === taken[0]).length === 0 ? [] : taken[0];
      const inputs = first.inputs.map((input) => (input.dtype === chosen ? { ...input, dtype } : input));
      try {
        return primitiveOf(name).infer(inputs, attributes).dtype === dtype || inputs.length > 0;
      } catch (error) {
        expect(error).toBeInstanceOf(DTypeError);
        return false;
      }
    };
    // A condition is a bool whatever is chosen by it, and a view takes all there are.
    if (name !== 'where') expect(dtypes.filter(takes)).toEqual(dtypes.filter((dtype) => taken.includes(dtype)));
  });

  test('have gradients compared exactly where the primitive has one', () => {
    expect(backward !== undefined || conventions.length > 0).toBe(primitiveOf(name).gradient !== undefined);
  });

  test('fill their shapes, and have names of their own', () => {
    const all = taken.flatMap((dtype) => [...forward(dtype)]);
    for (const { inputs } of all) {
      for (const { shape, values } of inputs) expect(values).toHaveLength(shape.reduce((a, b) => a * b, 1));
    }
    expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
  });

  test('cover size 0, size 1, whole vectors with a tail, and views, where shapes are free', () => {
    const sizes = taken
      .flatMap((dtype) => forward(dtype))
      .map(({ name, inputs, attributes }) => ({
        name,
        size: (inputs[0]?.shape ?? (attributes as { shape: readonly number[] }).shape).reduce((a, b) => a * b, 1),
      }));
    const needsOne = ['amax', 'amin', 'argmax', 'argmin'].includes(name);
    expect(sizes.some(({ size }) => size === 0)).toBe(true);
    expect(needsOne || sizes.some(({ size }) => size === 1)).toBe(true);
    expect(sizes.some(({ size }) => size > 16 && size % 4 !== 0)).toBe(true);
    if (casesOf(name).forward(taken[0] as DType)[0]?.inputs.length) {
      for (const layout of ['transposed', 'stepped', 'reversed', 'offset', 'expanded', 'uniform']) {
        expect(
          sizes.some((one) => one.name.includes(layout)),
          layout,
        ).toBe(true);
      }
    }
  });
});

describe('the definitions that results are compared with', () => {
  const of = (name: 'erf' | 'round' | 'pow' | 'fmod' | 'argmax', ...values: number[][]) =>
    (cases[name].reference as unknown as (...given: unknown[]) => number[])(
      values.map((row) => ({ shape: [row.length], dtype: 'float64', values: row })),
      { dims: [0] },
      { shape: name === 'argmax' ? [1] : [values[0]?.length], dtype: 'float64' },
    );

  test('erf, by the tables of Abramowitz and Stegun (7.1)', () => {
    const [half, one, two, minusThree] = of('erf', [0.5, 1, 2, -3]);
    expect(half).toBeCloseTo(0.5204998778, 10);
    expect(one).toBeCloseTo(0.8427007929, 10);
    expect(two).toBeCloseTo(0.995322265, 10);
    expect(minusThree).toBeCloseTo(-0.9999779095, 10);
    expect(of('erf', [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toEqual([0, 1, -1]);
  });

  test('round, halves to even', () => {
    expect(of('round', [0.5, 1.5, 2.5, -1.5, 2.4, 2.6])).toEqual([0, 2, 2, -2, 2, 3]);
  });

  test('pow, as IEEE 754 where ECMAScript differs', () => {
    const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
    expect(of('pow', [1, 1, -1, nan, -8, 0], [nan, inf, -inf, 0, 1 / 3, -1])).toEqual([1, 1, 1, 1, nan, inf]);
  });

  test('argmax, the first NaN before the first largest', () => {
    expect(of('argmax', [1, 5, 5, 2])).toEqual([1]);
    expect(of('argmax', [1, 5, Number.NaN, Number.NaN])).toEqual([2]);
  });

  test('Philox, by the published words', () => {
    for (const [counter, key, words] of knownAnswers) expect(philox(counter, key)).toEqual(words);
  });
});
