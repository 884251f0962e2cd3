import { axis, binary, type Expression, type LoopKernel, load, reduced, unary, weightedSum } from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { planLoop } from '../src/kernels/early-stores.ts';
import { partsOf } from '../src/renderer/graph.ts';
import { expectSame, numbers, runKernel } from './device.ts';

const f32 = 'float32' as const;
const at = weightedSum([axis(0), axis(1)], [33, 1]);
const x = load(f32, 0, at);

function softmax(value: (e: Expression) => Expression): LoopKernel {
  const e = unary('exp', binary('sub', x, reduced(f32, 0)));
  return {
    form: 'loop',
    bindings: [
      { dtype: f32, access: 'read' },
      { dtype: f32, access: 'write' },
    ],
    arguments: [],
    outer: [9],
    inner: [33],
    reductions: [
      { fn: 'max', value: x },
      { fn: 'sum', value: e },
    ],
    stores: [],
    elementStores: [{ binding: 1, index: at, value: value(e) }],
  };
}

const exponentials = (values: Expression[]): number =>
  [...partsOf(values)].filter((e) => e.kind === 'unary' && e.fn === 'exp').length;

describe('the exponential of a softmax', () => {
  test('waits where its quotient will be', () => {
    const { kernel, early } = planLoop(softmax((e) => binary('div', e, reduced(f32, 1))));
    expect(early.map((stores) => stores.length)).toEqual([0, 1]);
    expect(exponentials(kernel.elementStores.map((s) => s.value))).toBe(0);
  });

  test('is computed again where the element is still read, which may lie at the same place', () => {
    const { kernel, early } = planLoop(softmax((e) => binary('add', binary('div', e, reduced(f32, 1)), x)));
    expect(early.map((stores) => stores.length)).toEqual([0, 0]);
    expect(exponentials(kernel.elementStores.map((s) => s.value))).toBe(1);
  });
});

describe("an exponential's share of a sum", () => {
  const e = unary('exp', x);
  const kernel: LoopKernel = {
    ...softmax((same) => same),
    reductions: [{ fn: 'sum', value: e }],
    elementStores: [{ binding: 1, index: at, value: binary('div', e, reduced(f32, 0)) }],
  };
  const inputs = (around: number) => [numbers(9 * 33).map((number) => around + number), numbers(9 * 33)];

  test.each([1.5, -87, -90, 84])('is right around exp(%d)', async (around) => {
    // Below 2^-126 the exponential itself has fewer digits.
    const relative = around < -88 ? 1e-4 : 2e-6;
    await expectSame(kernel, inputs(around), { relative, absolute: 0 });
  });

  test.each([
    ['infinite', 87.5, 0],
    ['zero', -200, NaN],
    ['no number', NaN, NaN],
  ])('that is %s is what a division gives', async (_, around, share) => {
    const [, shares] = await runKernel(kernel, inputs(around));
    expect(shares?.every((y) => Object.is(y, share))).toBe(true);
  });
});
