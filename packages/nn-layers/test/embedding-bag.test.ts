import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, IndexError, ShapeError } from '@evenkeel/errors';
import { manualSeed, randn, type Tensor, type TensorData, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { EmbeddingBag, embeddingBag } from '../src/index.ts';

const int = (values: TensorData, shape?: number[]): Tensor =>
  tensor(values, shape ? { dtype: 'int32', shape } : { dtype: 'int32' });
const table = (): Tensor =>
  tensor(
    [
      [1, 10],
      [2, -20],
      [4, 30],
      [8, -40],
    ],
    { requiresGrad: true },
  );

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
])('on %s', (_name, backend) => {
  beforeEach(() => {
    useBackend(backend());
    manualSeed(1);
  });

  test.each([
    [
      'sum',
      [
        [5, 40],
        [0, 0],
        [10, -60],
        [8, -40],
      ],
    ],
    [
      'mean',
      [
        [2.5, 20],
        [0, 0],
        [5, -30],
        [8, -40],
      ],
    ],
    [
      'max',
      [
        [4, 30],
        [0, 0],
        [8, -20],
        [8, -40],
      ],
    ],
  ] as const)(
    'with mode %s takes each bag from its offset to the next, an empty one as zeros',
    async (mode, wanted) => {
      const input = int([0, 2, 1, 3, 3]);
      const weight = table();
      const byArray = embeddingBag(input, weight, [0, 2, 2, 4], { mode });
      expect(await byArray.tolist()).toEqual(wanted);
      expect(await embeddingBag(input, weight, int([0, 2, 2, 4]), { mode }).tolist()).toEqual(wanted);
      const withLast = embeddingBag(input, weight, [0, 2, 2, 4, 5], { mode, includeLastOffset: true });
      expect(await withLast.tolist()).toEqual(wanted);
      const square = embeddingBag(
        int([
          [0, 2],
          [1, 3],
        ]),
        weight,
        undefined,
        { mode },
      );
      expect(await square.tolist()).toEqual([wanted[0], wanted[2]]);
    },
  );

  test.each([
    [
      'sum',
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [2, 2],
      ],
    ],
    [
      'mean',
      [
        [0.5, 0.5],
        [0.5, 0.5],
        [0.5, 0.5],
        [1.5, 1.5],
      ],
    ],
    [
      'max',
      [
        [0, 0],
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    ],
  ] as const)('with mode %s gives each row the gradient of its share', async (mode, wanted) => {
    for (const [input, offsets] of [
      [int([0, 2, 1, 3, 3]), [0, 2, 4]],
      [
        int([
          [0, 2],
          [1, 3],
        ]),
        undefined,
      ],
    ] as const) {
      const weight = table();
      const last = offsets ? 1 : 0;
      embeddingBag(input, weight, offsets, { mode }).sum().backward();
      // Without offsets the last bag, of row 3 alone, is missing.
      const rows = wanted.map((row, index) => row.map((value) => value - (index === 3 && !last ? 1 : 0)));
      expect(await weight.grad?.tolist()).toEqual(rows);
    }
  });

  test('leaves the padding out of sum, count and maximum, and gives it no gradient', async () => {
    const input = int([
      [0, 3, 3],
      [3, 3, 3],
    ]);
    for (const paddingIdx of [3, -1]) {
      for (const mode of ['sum', 'mean', 'max'] as const) {
        const weight = table();
        const output = embeddingBag(input, weight, undefined, { mode, paddingIdx });
        expect(await output.tolist()).toEqual([
          [1, 10],
          [0, 0],
        ]);
        output.sum().backward();
        expect(await weight.grad?.tolist()).toEqual([
          [1, 1],
          [0, 0],
          [0, 0],
          [0, 0],
        ]);
      }
    }
  });

  test('weighs the rows of a sum, with a gradient for the weights', async () => {
    const perSampleWeights = tensor([2, 0.5, -1], { requiresGrad: true });
    const output = embeddingBag(int([0, 1, 2]), table(), [0, 2], { mode: 'sum', perSampleWeights });
    expect(await output.tolist()).toEqual([
      [3, 10],
      [-4, -30],
    ]);
    output.sum().backward();
    expect(await perSampleWeights.grad?.tolist()).toEqual([11, -18, 34]);
  });

  test('takes no bags, and bags without anything', async () => {
    for (const mode of ['sum', 'mean', 'max'] as const) {
      expect(embeddingBag(int([], [0, 2]), table(), undefined, { mode }).shape).toEqual([0, 2]);
      expect(await embeddingBag(int([], [0]), table(), [0], { mode }).tolist()).toEqual([[0, 0]]);
      expect(await embeddingBag(int([], [1, 0]), table(), undefined, { mode }).tolist()).toEqual([[0, 0]]);
    }
  });
});

test('the layer starts its padding at zero, keeps its options, and takes a table that exists', async () => {
  useBackend(cpu());
  const layer = new EmbeddingBag(4, 2, { paddingIdx: 1, mode: 'sum' });
  expect([...layer.stateDict().keys()]).toEqual(['weight']);
  expect(await layer.weight.select(0, 1).tolist()).toEqual([0, 0]);
  expect(await layer.weight.select(0, 0).abs().sum().item()).toBeGreaterThan(0);
  const made = EmbeddingBag.fromPretrained(table().detach(), { mode: 'sum' });
  expect(made.weight.requiresGrad).toBe(false);
  expect(await made.call(int([0, 2, 1]), [0, 1], { perSampleWeights: tensor([1, 2, 3]) }).tolist()).toEqual([
    [1, 10],
    [14, 0],
  ]);
});

test('says what does not fit', () => {
  useBackend(cpu());
  const weight = randn([4, 2]);
  expect(() => embeddingBag(int([0, 1]), weight)).toThrow(ShapeError);
  expect(() => embeddingBag(int([[0, 1]]), weight, [0])).toThrow(ShapeError);
  expect(() => embeddingBag(int([0, 1]), weight, [1])).toThrow(/ascending from 0/);
  expect(() => embeddingBag(int([0, 1]), weight, [0, 3])).toThrow(/at most 2/);
  expect(() => embeddingBag(int([[4]]), weight)).toThrow(IndexError);
  expect(() => embeddingBag(int([[0]]), weight, undefined, { mode: 'median' as never })).toThrow(ConfigError);
  expect(() => embeddingBag(int([[0]]), weight, undefined, { perSampleWeights: zeros([1, 1]) })).toThrow(ConfigError);
  expect(() => embeddingBag(int([[0]]), weight, undefined, { mode: 'sum', perSampleWeights: zeros([1]) })).toThrow(
    ShapeError,
  );
});
