import { describe, expect, test } from 'vitest';
import {
  axesOf,
  axis,
  type BinaryFunction,
  binary,
  bounded,
  dependsOn,
  type Expression,
  integer,
  linearForm,
  load,
  strideAlong,
  weightedSum,
} from '../src/index.ts';

/** An index at a position; only sums, differences and products, as linear forms have. */
function at(e: Expression, position: readonly number[]): number {
  if (e.kind === 'constant') return e.value;
  if (e.kind === 'axis') return position[e.axis] as number;
  if (e.kind !== 'binary') throw new Error(`${e.kind} is not linear`);
  const [a, b] = [at(e.a, position), at(e.b, position)];
  return e.fn === 'add' ? a + b : e.fn === 'sub' ? a - b : a * b;
}

/** Random sums, differences and multiples of three axes. */
function randomIndex(random: () => number, depth: number): Expression {
  const pick = random();
  if (depth === 0 || pick < 0.15)
    return pick < 0.05 ? integer(Math.floor(random() * 9) - 4) : axis(Math.floor(random() * 3));
  const a = randomIndex(random, depth - 1);
  if (pick < 0.4) {
    const factor = integer(Math.floor(random() * 9) - 4);
    return random() < 0.5 ? binary('mul', a, factor) : binary('mul', factor, a);
  }
  const fn: BinaryFunction = pick < 0.7 ? 'add' : 'sub';
  return binary(fn, a, randomIndex(random, depth - 1));
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the linear form of an index', () => {
  test('gives what the index gives, at every position', () => {
    const random = generator(1);
    for (let i = 0; i < 500; i++) {
      const index = randomIndex(random, 5);
      const form = linearForm(index);
      for (const position of [
        [0, 0, 0],
        [1, 2, 3],
        [5, 0, 7],
        [2, 9, 4],
      ]) {
        let value = form?.offset ?? Number.NaN;
        for (const [a, coefficient] of form?.coefficients ?? []) value += coefficient * (position[a] as number);
        expect(value + 0).toBe(at(index, position) + 0);
      }
    }
  });

  test('has no coefficient of an axis that cancels out', () => {
    const index = binary('sub', binary('add', axis(0), axis(1)), axis(0));
    expect(linearForm(index)?.offset).toBe(0);
    expect(linearForm(index)?.coefficients).toEqual(new Map([[1, 1]]));
  });

  test('does not exist for an index that divides, selects, loads, is bounded or multiplies axes', () => {
    const others = [
      binary('div', axis(0), integer(2)),
      binary('rem', axis(0), integer(2)),
      load('int32', 0, axis(0)),
      bounded(axis(0), 3),
      binary('mul', axis(0), axis(1)),
    ];
    for (const index of others) {
      expect(linearForm(index)).toBeUndefined();
      expect(linearForm(binary('add', index, axis(1)))).toBeUndefined();
    }
  });
});

describe('the stride along an axis', () => {
  test('is the coefficient in the linear form', () => {
    const random = generator(2);
    for (let i = 0; i < 500; i++) {
      const index = randomIndex(random, 5);
      for (const a of [0, 1, 2]) {
        expect((strideAlong(index, a) as number) + 0).toBe(linearForm(index)?.coefficients.get(a) ?? 0);
      }
    }
  });

  test('is known along one axis even where another is divided', () => {
    const index = binary('add', weightedSum([axis(0)], [12]), binary('div', axis(1), integer(3)));
    expect(strideAlong(index, 0)).toBe(12);
    expect(strideAlong(index, 1)).toBeUndefined();
    expect(strideAlong(index, 2)).toBe(0);
  });
});

test('an expression depends on the axes that occur anywhere in it, its guard and its indices included', () => {
  const e = load('float32', 0, load('int32', 1, axis(3)), binary('lt', axis(1), integer(4)));
  expect(axesOf(e)).toBe(0b1010);
  expect([0, 1, 2, 3].map((a) => dependsOn(e, a))).toEqual([false, true, false, true]);
  let shared: Expression = axis(5);
  for (let i = 0; i < 100; i++) shared = { kind: 'binary', dtype: 'int32', fn: 'add', a: shared, b: shared };
  expect(axesOf(shared)).toBe(1 << 5);
});
