import { expect, test } from 'vitest';
import { accumulated, difference, epsilonOf, exact, ulpAt, ulps } from '../src/host/accuracy.ts';

const none = (): number[] => [];
const one = (by: number) => Math.fround(1 + by * 2 ** -23);

test('a unit in the last place is the distance to the next float', () => {
  expect(ulpAt('float32', 1)).toBe(2 ** -23);
  expect(ulpAt('float32', -3.9)).toBe(2 ** -22);
  expect(ulpAt('float32', 0)).toBe(2 ** -149);
  expect(ulpAt('float32', 1e-42)).toBe(2 ** -149);
  expect(ulpAt('float64', 1)).toBe(Number.EPSILON);
  expect(epsilonOf('float32')).toBe(2 ** -23);
});

test('exact means the rounded value, but for the sign of zero', () => {
  expect(difference('float32', exact, [Math.fround(0.1), 0, Number.NaN], [0.1, -0, Number.NaN], none)).toBeUndefined();
  expect(difference('float32', exact, [one(1)], [1], none)).toMatch(/element 0 is 1.00000011\d* instead of 1/);
  expect(difference('float32', exact, [1, 2], [1], none)).toMatch('2 elements instead of 1');
  expect(difference('int32', ulps(5), [4], [5], none)).toMatch('element 0 is 4 instead of 5');
});

test('so many units are allowed and not one more', () => {
  expect(difference('float32', ulps(2), [one(2)], [1], none)).toBeUndefined();
  expect(difference('float32', ulps(2), [one(3)], [1], none)).toBeDefined();
  expect(difference('float32', ulps(2, 8), [1e-6], [0], none)).toBeDefined();
  expect(difference('float32', ulps(2, 9), [1e-6], [0], none)).toBeUndefined();
});

test('rounding in any order is measured by magnitudes', () => {
  const magnitudes = () => [1000];
  expect(difference('float32', accumulated(4), [1 + 4e-4], [1], magnitudes)).toBeUndefined();
  expect(difference('float32', accumulated(4), [1 + 6e-4], [1], magnitudes)).toBeDefined();
});

test('infinities and NaN must be there and nowhere else', () => {
  const inf = Number.POSITIVE_INFINITY;
  expect(difference('float32', ulps(4), [inf], [1e39], none)).toBeUndefined();
  expect(difference('float32', ulps(4), [3e38], [inf], none)).toBeDefined();
  expect(difference('float32', ulps(4), [Number.NaN], [1], none)).toBeDefined();
  expect(difference('float32', ulps(4), [1], [Number.NaN], none)).toBeDefined();
  expect(difference('float32', ulps(4), [-inf], [inf], none)).toBeDefined();
  // One rounding error below the largest float, infinity is within the error.
  expect(difference('float32', ulps(4), [inf], [3.4028234e38], none)).toBeUndefined();
  expect(difference('float32', ulps(4), [inf], [3.3e38], none)).toBeDefined();
});

test('a float16 is the float32 that it is rounded from, or one of its two neighbors within that', () => {
  expect(ulpAt('float16', 1)).toBe(2 ** -10);
  expect(ulpAt('float16', 0)).toBe(2 ** -24);
  const near = 1 + 2 ** -10;
  expect(difference('float16', exact, [near], [1 + 2 ** -11 + 2 ** -20], none)).toBeUndefined();
  expect(difference('float16', exact, [1], [1 + 2 ** -11 + 2 ** -20], none)).toBeDefined();
  // A float32 that is off by two units may lie on the other side of the middle.
  expect(difference('float16', ulps(2), [1], [1 + 2 ** -11 + 2 ** -23], none)).toBeUndefined();
  expect(difference('float16', ulps(2), [1], [1 + 2 ** -11 + 2 ** -20], none)).toBeDefined();
  expect(difference('float16', exact, [Number.POSITIVE_INFINITY], [65_520], none)).toBeUndefined();
  expect(difference('float16', exact, [Number.POSITIVE_INFINITY], [65_519], none)).toBeDefined();
});
