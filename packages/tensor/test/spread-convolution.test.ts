/** Convolutions with zeros between their inputs, which are computed without them, against those that have the zeros in memory. */
import { primitives } from '@evenkeel/compiler';
import { convolution, randn, type Tensor } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { applyPrimitive } from '../src/engine/apply.ts';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

type Attributes = Parameters<typeof convolution>[2];

/** The same with the zeros written out. */
function plainly(x: Tensor, w: Tensor, attributes: Attributes): Tensor {
  const none = x.shape.map(() => 0);
  const interior = [0, 0, ...attributes.inputDilation.map((step) => step - 1)];
  const spread = applyPrimitive(primitives.pad, [x], { before: none, after: none, interior });
  return convolution(spread, w, { ...attributes, inputDilation: attributes.inputDilation.map(() => 1) });
}

async function expectSame(x: Tensor, w: Tensor, attributes: Attributes): Promise<void> {
  const [got, wanted] = [convolution(x, w, attributes), plainly(x, w, attributes)];
  expect(got.shape).toEqual(wanted.shape);
  const right = await wanted.data();
  (await got.data()).forEach((y, i) => {
    expect(y, `element ${i} of [${got.shape}]`).toBeCloseTo(right[i] as number, 10);
  });
}

describe.each([1, 2, 3, 4])('with a step of %i from input to input', (step) => {
  test.each([1, 2, 3, 4, 5, 7])('and %i taps', async (width) => {
    for (const before of [-1, 0, 1, 2, 3, width - 1]) {
      for (const after of [-1, 0, 2, 3]) {
        if (4 * step + 1 + before + after < width) continue;
        const attributes = { stride: [1], kernelDilation: [1], inputDilation: [step], groups: 1 };
        await expectSame(randn([2, 3, 5]), randn([4, 3, width]), { ...attributes, before: [before], after: [after] });
      }
    }
  });
});

const squares = { stride: [1, 1], kernelDilation: [1, 1], before: [1, 2], after: [2, 0] };

test('in groups', async () => {
  await expectSame(randn([2, 6, 4, 5]), randn([4, 3, 3, 2]), { ...squares, inputDilation: [2, 3], groups: 2 });
  await expectSame(randn([1, 3, 4, 5]), randn([6, 1, 3, 3]), { ...squares, inputDilation: [2, 2], groups: 3 });
});

test('in one dimension, with a stride or taps that lie apart in another', async () => {
  const [x, w] = [randn([2, 3, 6, 5]), randn([4, 3, 3, 2])];
  await expectSame(x, w, { ...squares, inputDilation: [1, 2], stride: [2, 1], groups: 1 });
  await expectSame(x, w, { ...squares, inputDilation: [1, 2], kernelDilation: [2, 1], groups: 1 });
  // As it is: both in the same dimension.
  await expectSame(x, w, { ...squares, inputDilation: [2, 2], stride: [3, 1], kernelDilation: [1, 2], groups: 1 });
});

test('of nothing', () => {
  const attributes = { ...squares, inputDilation: [2, 2], groups: 1 };
  expect(convolution(randn([0, 3, 6, 5]), randn([4, 3, 3, 2]), attributes).shape).toEqual([0, 4, 12, 10]);
  expect(convolution(randn([2, 3, 1, 5]), randn([4, 3, 6, 2]), attributes).shape).toEqual([2, 4, 0, 10]);
});

describe('gradients', () => {
  const data = async (...shape: number[]): Promise<number[][][][]> => (await randn(shape).tolist()) as number[][][][];

  test.each([
    ['a stride', { stride: [2, 3], inputDilation: [1, 1] }],
    ['zeros between the inputs', { stride: [1, 1], inputDilation: [2, 3] }],
    ['both', { stride: [2, 1], inputDilation: [3, 2] }],
  ])('with %s are those of central differences', async (_, options) => {
    const attributes = { ...squares, ...options, groups: 2 };
    await expectGradient((x, w) => convolution(x, w, attributes), await data(2, 4, 4, 5), await data(2, 2, 3, 2));
  });
});
