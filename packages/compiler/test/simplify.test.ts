import { describe, expect, test } from 'vitest';
import { Graph, type Primitive, primitives, type Value } from '../src/index.ts';

const {
  abs,
  add,
  amax,
  and,
  cast,
  concat,
  div,
  expand,
  maximum,
  minimum,
  mul,
  neg,
  not,
  permute,
  prod,
  reshape,
  sub,
  sum,
  where,
} = primitives;

const shape = [2, 1, 3];

/** A graph with some inputs, and a short way to write operations. */
function setting() {
  const graph = new Graph();
  const [x, y] = [graph.input({ shape, dtype: 'float32' }), graph.input({ shape, dtype: 'float32' })];
  const [c, d] = [graph.input({ shape, dtype: 'bool' }), graph.input({ shape, dtype: 'bool' })];
  const i = graph.input({ shape, dtype: 'int32' });
  const of = <Attributes>(primitive: Primitive<Attributes>, inputs: readonly Value[], attributes = {} as Attributes) =>
    graph.apply(primitive as unknown as Primitive<never>, inputs, attributes as object);
  const number = (value: number, like: Value = x) => graph.constant(like.shape, like.dtype, value);
  return { graph, x, y, c, d, i, of, number };
}

type Setting = ReturnType<typeof setting>;

describe('what would only repeat its input is that', () => {
  test.each<[string, (s: Setting) => [Value, Value]]>([
    ['x · 1', ({ x, of, number }) => [of(mul, [x, number(1)]), x]],
    ['1 · x', ({ x, of, number }) => [of(mul, [number(1), x]), x]],
    ['x / 1', ({ x, of, number }) => [of(div, [x, number(1)]), x]],
    ['x + -0', ({ x, of, number }) => [of(add, [x, number(-0)]), x]],
    ['-0 + x', ({ x, of, number }) => [of(add, [number(-0), x]), x]],
    ['x - 0', ({ x, of, number }) => [of(sub, [x, number(0)]), x]],
    ['i + 0 of integers', ({ i, of, number }) => [of(add, [i, number(0, i)]), i]],
    ['-(-x)', ({ x, of }) => [of(neg, [of(neg, [x])]), x]],
    ['not not c', ({ c, of }) => [of(not, [of(not, [c])]), c]],
    ['|(|x|)|', ({ x, of }) => [of(abs, [of(abs, [x])]), of(abs, [x])]],
    ['max(x, x)', ({ x, of }) => [of(maximum, [x, x]), x]],
    ['min(x, x)', ({ x, of }) => [of(minimum, [x, x]), x]],
    ['c and c', ({ c, of }) => [of(and, [c, c]), c]],
    ['c ? x : x', ({ c, x, of }) => [of(where, [c, x, x]), x]],
    ['true ? x : y', ({ c, x, y, of, number }) => [of(where, [number(1, c), x, y]), x]],
    ['false ? x : y', ({ c, x, y, of, number }) => [of(where, [number(0, c), x, y]), y]],
    ['x in its own dtype', ({ x, of }) => [of(cast, [x], { dtype: 'float32' }), x]],
    [
      'a bool as a number as a bool',
      ({ c, of }) => [of(cast, [of(cast, [c], { dtype: 'float32' })], { dtype: 'bool' }), c],
    ],
    ['x in its own shape', ({ x, of }) => [of(reshape, [x], { shape }), x]],
    ['x in another shape and back', ({ x, of }) => [of(reshape, [of(reshape, [x], { shape: [6] })], { shape }), x]],
    [
      'x turned and back',
      ({ x, of }) => [of(permute, [of(permute, [x], { dims: [2, 0, 1] })], { dims: [1, 2, 0] }), x],
    ],
    ['x as large as it is', ({ x, of }) => [of(expand, [x], { shape }), x]],
    ['x joined with nothing', ({ x, of }) => [of(concat, [x], { dim: 0 }), x]],
    ['the largest of one', ({ x, of }) => [of(amax, [x], { dims: [1] }), x]],
    ['the product of one', ({ x, of }) => [of(prod, [x], { dims: [1] }), x]],
  ])('%s', (_name, make) => {
    const [got, wanted] = make(setting());
    expect(got).toBe(wanted);
  });
});

describe('a shorter way to the same is taken', () => {
  test.each<[string, (s: Setting) => [Value, Value]]>([
    ['x + -y', ({ x, y, of }) => [of(add, [x, of(neg, [y])]), of(sub, [x, y])]],
    ['-x + y', ({ x, y, of }) => [of(add, [of(neg, [x]), y]), of(sub, [y, x])]],
    ['x - -y', ({ x, y, of }) => [of(sub, [x, of(neg, [y])]), of(add, [x, y])]],
    ['|-x|', ({ x, of }) => [of(abs, [of(neg, [x])]), of(abs, [x])]],
    ['not c ? x : y', ({ c, x, y, of }) => [of(where, [of(not, [c]), x, y]), of(where, [c, y, x])]],
    [
      'a shape after another',
      ({ x, of }) => [
        of(reshape, [of(reshape, [x], { shape: [6] })], { shape: [3, 2] }),
        of(reshape, [x], { shape: [3, 2] }),
      ],
    ],
    [
      'a turn after another',
      ({ x, of }) => [
        of(permute, [of(permute, [x], { dims: [2, 0, 1] })], { dims: [1, 0, 2] }),
        of(permute, [x], { dims: [0, 2, 1] }),
      ],
    ],
    [
      'an expansion after another',
      ({ x, of }) => [
        of(expand, [of(expand, [x], { shape: [2, 4, 3] })], { shape: [2, 4, 3] }),
        of(expand, [x], { shape: [2, 4, 3] }),
      ],
    ],
  ])('%s', (_name, make) => {
    const [got, wanted] = make(setting());
    expect(got).toBe(wanted);
  });
});

describe('what is the same for most numbers but not for all stays', () => {
  test.each<[string, (s: Setting) => Value]>([
    ['x + 0: of -0 that is 0', ({ x, of, number }) => of(add, [x, number(0)])],
    ['x - -0: of -0 that is 0', ({ x, of, number }) => of(sub, [x, number(-0)])],
    ['x · 0: of ∞ and NaN that is NaN, of -1 it is -0', ({ x, of, number }) => of(mul, [x, number(0)])],
    ['x - x: of ∞ and NaN that is NaN', ({ x, of }) => of(sub, [x, x])],
    ['x / x: of 0, ∞ and NaN that is NaN', ({ x, of }) => of(div, [x, x])],
    ['-(x - y): of equal numbers that is -0', ({ x, y, of }) => of(neg, [of(sub, [x, y])])],
    ['(x + y) - y: of numbers far apart that is not x', ({ x, y, of }) => of(sub, [of(add, [x, y]), y])],
    ['a sum of one: a sum begins with 0, of -0 that is 0', ({ x, of }) => of(sum, [x], { dims: [1] })],
    [
      'a float as an integer as a float',
      ({ x, of }) => of(cast, [of(cast, [x], { dtype: 'int32' })], { dtype: 'float32' }),
    ],
    [
      'an integer as a float as an integer: above 2^24 it is rounded',
      ({ i, of }) => of(cast, [of(cast, [i], { dtype: 'float32' })], { dtype: 'int32' }),
    ],
  ])('%s', (_name, make) => {
    const s = setting();
    const before = s.graph.values.length;
    const made = make(s);
    expect(made.kind).toBe('applied');
    expect(made.id).toBeGreaterThanOrEqual(before);
  });
});

test('operations that do not fit are refused, also where they would be left out', () => {
  const { x, of, graph } = setting();
  const other = graph.constant([7], 'float32', 1);
  expect(() => of(mul, [x, other])).toThrow(/mul/);
});
