import {
  axis,
  binary,
  constant,
  type Expression,
  integer,
  type LoopKernel,
  load,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { emitKernel } from '../src/kernels/emit-kernel.ts';
import { plainFeatures } from '../src/runtime/features.ts';
import { expectSame, numbers } from './device.ts';
import { f32 } from './kernels.ts';

/** The largest root of each window, where it is, and the window's own sum of what lies there: as pooling asks for them. */
function pooling(outer: readonly number[], inner: readonly number[], strides: readonly number[]): LoopKernel {
  const places = [...outer, ...inner].map((_, i) => axis(i));
  const first = outer.length;
  const value = unary('sqrt', load(f32, 0, weightedSum(places, strides)));
  const within = weightedSum(
    inner.map((_, i) => axis(first + i)),
    inner.map((_, i) => inner.slice(i + 1).reduce((size, extent) => size * extent, 1)),
  );
  const chosen = (condition: Expression, a: Expression, b: Expression): Expression => ({
    kind: 'select',
    dtype: a.dtype,
    condition,
    a,
    b,
  });
  const largest: Expression = { kind: 'reduced', dtype: f32, reduction: 0 };
  const place: Expression = { kind: 'reduced', dtype: 'int32', reduction: 1 };
  const own = weightedSum(
    outer.map((_, i) => axis(i)),
    outer.map((_, i) => outer.slice(i + 1).reduce((size, extent) => size * extent, 1)),
  );
  return {
    form: 'loop',
    bindings: [
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'write' },
      { dtype: 'int32', access: 'write' },
    ],
    arguments: [],
    outer,
    inner,
    reductions: [
      { fn: 'max', value },
      { fn: 'min', value: chosen(binary('eq', value, largest), within, integer(99)) },
      { fn: 'sum', value: chosen(binary('eq', within, place), value, constant(f32, 0)) },
    ],
    stores: [
      { binding: 1, index: own, value: { kind: 'reduced', dtype: f32, reduction: 2 } },
      { binding: 2, index: own, value: place },
    ],
    elementStores: [],
  };
}

test.each([
  ['pairs that lie side by side', [37], [2], [2, 1]],
  ['pairs one row apart', [5, 13], [2], [26, 1, 13]],
  ['squares', [3, 7], [2, 2], [28, 2, 14, 1]],
  ['windows of four', [9], [4], [4, 1]],
  ['windows of five', [9], [5], [5, 1]],
] as const)('the largest of %s', async (_, outer, inner, strides) => {
  const size = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1);
  const inputs = numbers(size(outer) * size(inner)).map(Math.abs);
  await expectSame(pooling(outer, inner, strides), [inputs, numbers(size(outer)), numbers(size(outer))]);
});

test('what a small window holds is computed once for all that is asked of it', () => {
  const roots = (bytes: Uint8Array): number => bytes.filter((byte, i) => byte === 0xe3 && bytes[i - 1] === 0xfd).length;
  // One vector of results: a root for each of the two elements, in three passes.
  const { bytes } = emitKernel(pooling([4], [2], [2, 1]), plainFeatures);
  expect(roots(bytes)).toBe(2);
  expect(roots(emitKernel(pooling([4], [5], [5, 1]), plainFeatures).bytes)).toBe(3);
});
