import { isRepeat } from '@evenkeel/backend';
import type { OperationName } from '@evenkeel/compiler';
import { ShapeError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { lowered, memory, printed } from './operands.ts';

describe('an empty result needs no kernel', () => {
  const empty = memory([0, 3]);
  test.each<[OperationName, ReturnType<typeof memory>[], object]>([
    ['neg', [empty], {}],
    ['add', [empty, empty], {}],
    ['cast', [empty], { dtype: 'int32' }],
    ['iota', [], { shape: [0, 3], dim: 1 }],
    ['uniform', [], { shape: [3, 0], dtype: 'float32' }],
    ['sum', [empty], { dims: [1] }],
    ['argmax', [empty], { dims: [1] }],
    ['pad', [empty], { before: [0, 0], after: [0, 2], interior: [0, 0] }],
    ['matmul', [empty, memory([3, 2])], {}],
    ['gather', [memory([4, 3]), memory([0, 3], 'int32')], { dim: 0 }],
    ['scatterAdd', [memory([2, 0]), memory([2, 0], 'int32')], { dim: 0, size: 5 }],
    ['concat', [empty, empty], { dim: 0 }],
  ])('%s', (name, operands, attributes) => {
    const { steps, bindings } = lowered(name, operands, attributes as never);
    expect(steps).toEqual([]);
    expect(bindings).toHaveLength(operands.length + 1);
  });
});

describe('over nothing', () => {
  const stored = (text: string) => text.split(' = ').at(-1);

  test('a sum is 0, a product 1, a matrix product 0', () => {
    expect(stored(printed('sum', [memory([4, 0])], { dims: [1] }))).toBe('0:float32');
    expect(stored(printed('prod', [memory([4, 0])], { dims: [1] }))).toBe('1:float32');
    expect(stored(printed('matmul', [memory([4, 0]), memory([0, 5])], {}))).toBe('0:float32');
  });

  test('padding and scattering leave zeros', () => {
    expect(stored(printed('pad', [memory([0])], { before: [2], after: [1], interior: [0] }))).toBe('0:float32');
    const nothing = [memory([0]), memory([0], 'int32')];
    expect(stored(printed('scatterAdd', nothing, { dim: 0, size: 3 }))).toBe('0:float32');
  });

  test('an extreme is an error that says what is missing', () => {
    for (const name of ['amax', 'amin', 'argmax', 'argmin'] as const) {
      expect(() => lowered(name, [memory([4, 0])], { dims: [1] })).toThrow(ShapeError);
      expect(() => lowered(name, [memory([4, 0])], { dims: [1] })).toThrow(/at least one element/);
    }
  });

  test('nothing is read: every load would be outside', () => {
    const { steps } = lowered('sum', [memory([4, 0])], { dims: [1] });
    const [step] = steps;
    expect(step && !isRepeat(step) && step.kernel.form === 'loop' && step.kernel.outer).toEqual([4]);
    expect(printed('sum', [memory([4, 0])], { dims: [1] })).not.toContain('in0[');
  });
});
