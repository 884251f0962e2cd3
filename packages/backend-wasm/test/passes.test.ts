import { binary, type Expression, load, type ReductionFunction, reduced, unary } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { passesOf } from '../src/kernels/passes.ts';
import { at, f32, loop } from './kernels.ts';

const [x, y] = [load(f32, 0, at({ 1: 1 })), load(f32, 1, at({ 1: 1 }))];
const long = unary('exp', binary('mul', x, y));
const [first, second] = [reduced(f32, 0), reduced(f32, 1)];

const passes = (...values: Expression[]): number[][] =>
  passesOf(
    loop({ outer: [2], inner: [8], reductions: values.map((value) => ({ fn: 'sum' as ReductionFunction, value })) }),
  );

test('a reduction comes as early as what it uses allows', () => {
  expect(passes(x, y)).toEqual([[0, 1]]);
  expect(passes(x, binary('sub', y, first), binary('mul', binary('sub', y, first), second))).toEqual([[0], [1], [2]]);
});

test('what no other uses waits for the last pass, or goes with those that compute most of the same', () => {
  const last = binary('sub', y, first);
  expect(passes(x, last, y)).toEqual([[0], [1, 2]]);
  expect(passes(long, last, y)).toEqual([[0], [1, 2]]);
  expect(passes(long, last, binary('mul', long, y))).toEqual([[0, 2], [1]]);
  expect(passes(x, binary('sub', long, first), binary('mul', long, y))).toEqual([[0], [1, 2]]);
  // Not before what it needs.
  expect(passes(long, last, binary('mul', long, first))).toEqual([[0], [1, 2]]);
});

test('without reductions there are no passes', () => {
  expect(passes()).toEqual([]);
});
