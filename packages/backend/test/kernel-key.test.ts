import { expect, test } from 'vitest';
import { axis, binary, constant, type Expression, kernelKey, type LoopKernel, load } from '../src/index.ts';

function storing(value: Expression): LoopKernel {
  return {
    form: 'loop',
    outer: [4],
    inner: [],
    bindings: [
      { dtype: 'float32', access: 'read' },
      { dtype: 'float32', access: 'write' },
    ],
    arguments: [],
    reductions: [],
    stores: [{ binding: 1, index: axis(0), value }],
    elementStores: [],
  };
}

const squared = (): Expression => {
  const x = load('float32', 0, axis(0));
  return binary('mul', x, x);
};

test('kernels that are built alike have the same key', () => {
  expect(kernelKey(storing(squared()))).toBe(kernelKey(storing(squared())));
});

test('whatever changes what a kernel computes changes its key', () => {
  const numbers = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const kernels = [
    storing(squared()),
    { ...storing(squared()), outer: [5] },
    storing(binary('add', load('float32', 0, axis(0)), load('float32', 0, axis(0)))),
    storing(binary('sub', squared(), load('float32', 0, axis(0)))),
    storing(binary('sub', load('float32', 0, axis(0)), squared())),
    storing(load('float32', 0, binary('add', axis(0), constant('int32', 1)))),
    ...numbers.map((number) => storing(constant('float32', number))),
    storing(constant('int32', 0)),
  ];
  expect(new Set(kernels.map(kernelKey)).size).toBe(kernels.length);
});

test('a part that occurs many times is written once', () => {
  let value = squared();
  for (let i = 0; i < 40; i++) value = binary('add', value, value);
  expect(kernelKey(storing(value)).length).toBeLessThan(4000);
});
