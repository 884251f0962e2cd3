import {
  axis,
  binary,
  cast,
  constant,
  type Expression,
  type LoopKernel,
  load,
  type Reduction,
  random,
  reduced,
  type Store,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { planLoop } from '../src/kernels/early-stores.ts';
import { partsOf } from '../src/renderer/graph.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32 } from './kernels.ts';

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

  test('waits also where the element itself is read again: the store has memory of its own', async () => {
    const kernel = softmax((e) => binary('add', binary('div', e, reduced(f32, 1)), x));
    const planned = planLoop(kernel);
    expect(planned.early.map((stores) => stores.length)).toEqual([0, 1]);
    expect(exponentials(planned.kernel.elementStores.map((s) => s.value))).toBe(0);
    await expectSame(kernel, [numbers(297), numbers(297, 2)]);
  });

  test('is computed again where there is no one place for each element', () => {
    const share = (e: Expression) => binary('div', e, reduced(f32, 1));
    const kernel = softmax(share);
    const once = [{ binding: 1, index: axis(0), value: share(unary('exp', x)) }];
    expect(planLoop({ ...kernel, elementStores: once }).early.flat()).toEqual([]);
  });

  test('waits in the place of one of two stores that need it', () => {
    const once = softmax((e) => binary('div', e, reduced(f32, 1)));
    const [store] = once.elementStores as [Store];
    const twice: LoopKernel = {
      ...once,
      bindings: [...once.bindings, { dtype: f32, access: 'write' }],
      elementStores: [store, { ...store, binding: 2, value: binary('mul', store.value, x) }],
    };
    const { kernel, early } = planLoop(twice);
    expect(early.map((stores) => stores.length)).toEqual([0, 1]);
    expect(exponentials(kernel.elementStores.map((s) => s.value))).toBe(0);
  });
});

describe('a long value that several passes need', () => {
  const e = unary('exp', x);
  const mean = (reduction: number) => binary('div', reduced(f32, reduction), constant(f32, 33));
  const spread = binary('sub', e, mean(0));
  const kernel: LoopKernel = {
    ...softmax((same) => same),
    bindings: [...softmax((same) => same).bindings, { dtype: f32, access: 'write' }],
    reductions: [
      { fn: 'sum', value: e },
      { fn: 'sum', value: binary('mul', spread, spread) },
      { fn: 'max', value: binary('mul', spread, reduced(f32, 1)) },
    ],
    stores: [{ binding: 2, index: axis(0), value: reduced(f32, 2) }],
    elementStores: [{ binding: 1, index: at, value: binary('mul', spread, reduced(f32, 1)) }],
  };

  test('waits in the store’s place from the first of them on', async () => {
    const { early, kernel: planned } = planLoop(kernel);
    expect(early.map((stores) => stores.length)).toEqual([1, 0, 1]);
    expect(exponentials(planned.reductions.map(({ value }) => value))).toBe(1);
    expect(exponentials(early.flat().map(({ value }) => value))).toBe(1);
    await expectSame(kernel, [numbers(297), numbers(297, 2), numbers(9)]);
  });

  test('is computed again by passes after the store, which has taken its place', async () => {
    const [first, second] = kernel.reductions as [Reduction, Reduction];
    const inTurn: LoopKernel = {
      ...kernel,
      reductions: [first, second, { fn: 'max', value: binary('mul', e, reduced(f32, 1)) }],
      elementStores: [{ binding: 1, index: at, value: spread }],
    };
    const { early, kernel: planned } = planLoop(inTurn);
    expect(early.map((stores) => stores.length)).toEqual([1, 1, 0]);
    expect(planned.reductions.map(({ value }) => exponentials([value]))).toEqual([1, 0, 1]);
    await expectSame(inTurn, [numbers(297), numbers(297, 2), numbers(9)]);
  });
});

describe('random numbers that several passes need', () => {
  const index = weightedSum([axis(0), axis(1)], [33, 1]);
  const kept = binary('mul', x, cast(f32, binary('shiftRight', random(index, 0), constant('uint32', 8))));
  const centered = binary('sub', kept, binary('div', reduced(f32, 0), constant(f32, 33)));
  const kernel: LoopKernel = {
    ...softmax((e) => e),
    arguments: ['uint32', 'uint32', 'uint32', 'uint32'],
    reductions: [
      { fn: 'sum', value: kept },
      { fn: 'sum', value: binary('mul', centered, centered) },
    ],
    elementStores: [{ binding: 1, index: at, value: binary('div', centered, unary('sqrt', reduced(f32, 1))) }],
  };

  test('are drawn in the first of them and wait where the last will store', () => {
    const planned = planLoop(kernel);
    const draws = (values: Expression[]) => [...partsOf(values)].filter(({ kind }) => kind === 'random').length;
    expect(planned.early.map((stores) => draws(stores.map(({ value }) => value)))).toEqual([1, 0]);
    expect(planned.kernel.reductions.map(({ value }) => draws([value]))).toEqual([1, 0]);
    expect(draws(planned.kernel.elementStores.map(({ value }) => value))).toBe(0);
  });

  test('make the same elements so', async () => {
    await expectSame(kernel, [numbers(9 * 33), numbers(9 * 33)], {
      relative: 1e-4,
      absolute: 1e-5,
      arguments: [7, 0, 11, 0],
    });
  });
});

describe('the weights of a softmax', () => {
  const kernel = softmax((e) => binary('div', e, reduced(f32, 1)));
  const inverse = ({ elementStores: [store] }: LoopKernel) =>
    store?.value.kind === 'binary' && store.value.fn === 'mul' && store.value.b;

  test('are its exponentials times the inverse of their sum, which is at least 1', () => {
    expect(inverse(planLoop(kernel).kernel)).toEqual(binary('div', constant(f32, 1), reduced(f32, 1)));
  });

  test('are divided where the sum may be anything', () => {
    const e = unary('exp', x);
    const one = { fn: 'sum' as const, value: e };
    const elementStores = [{ binding: 1, index: at, value: binary('div', e, reduced(f32, 0)) }];
    expect(inverse(planLoop({ ...kernel, reductions: [one], elementStores }).kernel)).toBe(false);
    const two = [{ fn: 'min' as const, value: x }, ...kernel.reductions.slice(1)];
    expect(inverse(planLoop({ ...kernel, reductions: two }).kernel)).toBe(false);
  });

  test.each([0, 1e-3, 1e30, -1e30, 3e38])('are right around %d', async (around) => {
    const inputs = [numbers(9 * 33).map((number) => around + 40 * number), numbers(9 * 33)];
    await expectSame(kernel, inputs, { relative: 4e-6, absolute: 2 ** -126 });
  });

  test.each([
    ['infinite', Infinity],
    ['no number', NaN],
    ['all that there is, and minus infinity', -Infinity],
  ])('are no numbers where an element is %s', async (_, element) => {
    const isAll = element === -Infinity;
    const inputs = [numbers(9 * 33).map((number, i) => (isAll || i % 33 === 7 ? element : number)), numbers(9 * 33)];
    const [, weights] = await runKernel(kernel, inputs);
    expect(weights?.every(Number.isNaN)).toBe(true);
  });
});
