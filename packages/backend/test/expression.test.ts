import { describe, expect, test } from 'vitest';
import {
  argument,
  axis,
  type BinaryFunction,
  binary,
  bounded,
  cast,
  constant,
  type Expression,
  identityOf,
  integer,
  load,
  operands,
  reduced,
  select,
  unary,
  weightedSum,
  zero,
} from '../src/index.ts';

describe('index arithmetic', () => {
  const interesting = [0, 1, -1, 2, -3, 7, 2 ** 31 - 1, -(2 ** 31)];

  test.each([
    ['add', (x, y) => x + y],
    ['sub', (x, y) => x - y],
    ['mul', (x, y) => x * y],
    ['div', (x, y) => (y === 0n ? undefined : x / y)],
    ['rem', (x, y) => (y === 0n ? undefined : x % y)],
  ] as const satisfies readonly (readonly [BinaryFunction, (x: bigint, y: bigint) => bigint | undefined])[])(
    '%s of constants is folded to the int32 it stands for',
    (fn, exact) => {
      for (const x of interesting) {
        for (const y of interesting) {
          const expected = exact(BigInt(x), BigInt(y));
          const folded = binary(fn, integer(x), integer(y));
          if (expected === undefined) expect(folded.kind).toBe('binary');
          else expect(folded, `${x} ${fn} ${y}`).toEqual(integer(Number(BigInt.asIntN(32, expected))));
        }
      }
    },
  );

  test('drops what changes nothing and keeps everything else', () => {
    const a = axis(0);
    expect(binary('add', a, integer(0))).toBe(a);
    expect(binary('add', integer(0), a)).toBe(a);
    expect(binary('sub', a, integer(0))).toBe(a);
    expect(binary('mul', a, integer(1))).toBe(a);
    expect(binary('mul', integer(1), a)).toBe(a);
    expect(binary('div', a, integer(1))).toBe(a);
    expect(binary('mul', a, integer(0))).toEqual(integer(0));
    expect(binary('mul', integer(0), a)).toEqual(integer(0));
    expect(binary('rem', a, integer(1))).toEqual(integer(0));
    const kept: [BinaryFunction, Expression, Expression][] = [
      ['sub', integer(0), a],
      ['div', integer(0), a],
      ['add', a, integer(1)],
      ['mul', a, integer(-1)],
      ['div', a, integer(0)],
      ['rem', a, integer(0)],
      ['max', a, integer(0)],
    ];
    for (const [fn, x, y] of kept) expect(binary(fn, x, y)).toMatchObject({ kind: 'binary', fn, a: x, b: y });
  });

  test('leaves floats alone, where x * 0 and x + 0 are not what they seem', () => {
    const x = load('float32', 0, integer(0));
    for (const fn of ['add', 'mul'] as const) {
      expect(binary(fn, x, zero('float32'))).toMatchObject({ kind: 'binary', dtype: 'float32' });
    }
  });

  test('a weighted sum has no term with coefficient 0 and no needless offset', () => {
    expect(weightedSum([axis(0), axis(1)], [0, 1])).toEqual(axis(1));
    expect(weightedSum([axis(0), axis(1)], [0, 0], 5)).toEqual(integer(5));
    expect(weightedSum([], [])).toEqual(integer(0));
    expect(weightedSum([axis(0)], [3], 2)).toEqual(
      binary('add', integer(2), { kind: 'binary', dtype: 'int32', fn: 'mul', a: axis(0), b: integer(3) }),
    );
  });
});

describe('an expression', () => {
  const x = load('float32', 0, axis(0));

  test('has the dtype of its operands, except a comparison, which is a bool, and a cast', () => {
    expect(unary('exp', x).dtype).toBe('float32');
    expect(binary('mul', x, x).dtype).toBe('float32');
    for (const fn of ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const) expect(binary(fn, x, x).dtype).toBe('bool');
    expect(select(binary('lt', x, x), x, x).dtype).toBe('float32');
    expect(cast('int32', x).dtype).toBe('int32');
    expect(bounded(axis(0), 3).dtype).toBe('int32');
  });

  test('that is cast to its own dtype is itself', () => {
    expect(cast('float32', x)).toBe(x);
  });

  test('lists every part it is made of', () => {
    const guard = binary('lt', axis(0), axis(1));
    expect(operands(load('float32', 0, axis(0), guard))).toEqual([axis(0), guard]);
    expect(operands(x)).toEqual([axis(0)]);
    expect(operands(unary('neg', x))).toEqual([x]);
    expect(operands(cast('int32', x))).toEqual([x]);
    expect(operands(bounded(axis(1), 2))).toEqual([axis(1)]);
    expect(operands(guard)).toEqual([axis(0), axis(1)]);
    expect(operands(select(guard, x, zero('float32')))).toEqual([guard, x, zero('float32')]);
    for (const leaf of [axis(0), constant('bool', 1), argument('float32', 0), reduced('float32', 0)]) {
      expect(operands(leaf)).toEqual([]);
    }
  });
});

test('a reduction starts from what changes no value of its dtype', () => {
  expect(identityOf('sum', 'int32')).toBe(0);
  expect(identityOf('prod', 'float32')).toBe(1);
  expect(identityOf('max', 'float64')).toBe(Number.NEGATIVE_INFINITY);
  expect(identityOf('min', 'float32')).toBe(Number.POSITIVE_INFINITY);
  expect(identityOf('max', 'int32')).toBe(-2147483648);
  expect(identityOf('min', 'int32')).toBe(2147483647);
  expect(identityOf('max', 'uint32')).toBe(0);
  expect(identityOf('min', 'uint32')).toBe(4294967295);
  expect(identityOf('max', 'bool')).toBe(0);
  expect(identityOf('min', 'bool')).toBe(1);
});
