import { expect, test } from 'vitest';
import type { Check } from '../src/index.ts';
import { divide } from '../src/index.ts';

const check = (group: string, name: string): Check => ({ group, name, run: async () => {} });
const checks = [check('exp forward', 'a'), check('exp forward', 'b'), check('kernels', 'a')];

test('a skip names a group or one check, and its reason is kept', () => {
  const { chosen, skipped } = divide(checks, { 'exp forward': 'no exponential yet', 'kernels: a': 'slow' });
  expect(chosen).toEqual([]);
  expect(skipped.map(({ reason }) => reason)).toEqual(['no exponential yet', 'no exponential yet', 'slow']);
  expect(divide(checks, { 'exp forward: b': 'odd' }).chosen.map(({ name }) => name)).toEqual(['a', 'a']);
});

test('a skip that names nothing is an error that names the nearest', () => {
  expect(() => divide(checks, { 'exp forwrad': 'why' })).toThrow(/"exp forwrad" names no check[\s\S]*exp forward/);
});

test('a skip without a reason is an error', () => {
  expect(() => divide(checks, { kernels: ' ' })).toThrow(/"kernels" has no reason/);
});
