import { wasm } from '@evenkeel/backend-wasm';
import { IndexError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { eye, manualSeed, randn, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { denseGraph, GCN, GraphConvolution, normalizedGraph, propagate } from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

describe('normalizedGraph', () => {
  test('divides by the roots of both degrees, each node its own neighbor', async () => {
    // The path 0–1–2: degrees with themselves 2, 3, 2. A loop and a repeat in the other direction change nothing.
    const graph = normalizedGraph(
      [
        [0, 1],
        [1, 2],
        [1, 0],
        [2, 2],
      ],
      3,
    );
    const root = 1 / Math.sqrt(6);
    const expected = [1 / 2, root, 0, root, 1 / 3, root, 0, root, 1 / 2];
    const dense = await denseGraph(graph).flatten().tolist();
    for (const [at, value] of (dense as number[]).entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 6);
  });

  test('refuses an edge that ends outside', () => {
    expect(() => normalizedGraph([[0, 3]], 3)).toThrow(IndexError);
  });
});

test('an edge list and its dense matrix propagate the same, backwards too', async () => {
  const graph = normalizedGraph(
    [
      [0, 1],
      [1, 2],
      [0, 3],
      [3, 4],
    ],
    5,
  );
  const [a, b] = [randn([5, 3], { requiresGrad: true }), randn([5, 3])];
  const weights = randn([5, 3]);
  b.assign(a.detach());
  b.requiresGrad = true;
  const [listed, dense] = [propagate(graph, a), propagate(denseGraph(graph), b)];
  expect(await listed.sub(dense).abs().amax().item()).toBeLessThan(1e-6);
  listed.mul(weights).sum().backward();
  dense.mul(weights).sum().backward();
  expect(
    await a.grad
      ?.sub(b.grad ?? 0)
      .abs()
      .amax()
      .item(),
  ).toBeLessThan(1e-6);
  expect(await a.grad?.abs().amax().item()).toBeGreaterThan(0.1);
});

test('a graph convolution is the matrix, the features and the weight multiplied, plus the bias', async () => {
  const layer = new GraphConvolution(2, 2);
  layer.loadStateDict({
    weight: tensor([
      [1, 2],
      [3, 4],
    ]),
    bias: tensor([10, 20]),
  });
  const graph = tensor([
    [0.5, 0.5],
    [0, 1],
  ]);
  // X W = [[4, 6], [6, 8]]; its rows averaged are [5, 7].
  expect(
    await layer
      .call(
        tensor([
          [1, 1],
          [0, 2],
        ]),
        graph,
      )
      .tolist(),
  ).toEqual([
    [15, 27],
    [16, 28],
  ]);
});

test('a GCN has ReLU between its layers and none behind the last', async () => {
  const model = new GCN(1, 1, { hidden: [1], dropout: 0 });
  model.loadStateDict({
    'convolutions.0.weight': tensor([[1]]),
    'convolutions.0.bias': tensor([0]),
    'convolutions.1.weight': tensor([[-3]]),
    'convolutions.1.bias': tensor([1]),
  });
  // Nodes that hear only themselves: 1 − 3 · relu(x).
  expect(await model.call(tensor([[2], [-2]]), eye(2)).tolist()).toEqual([[-5], [1]]);
});

test('a GCN learns two communities from one labeled node in each', async () => {
  // Two triangles and a tail each, joined by one edge; features say nothing but which node it is.
  const edges = [
    [0, 1],
    [1, 2],
    [0, 2],
    [2, 3],
    [4, 5],
    [5, 6],
    [4, 6],
    [6, 7],
    [3, 7],
  ] as const;
  const graph = normalizedGraph(edges, 8);
  const model = new GCN(8, 2, { hidden: [8], dropout: 0 });
  const [features, labeled] = [eye(8), tensor([0, 4], { dtype: 'int32' })];
  const { last } = await train(model, 80, 0.05, () =>
    crossEntropy(model.call(features, graph).indexSelect(0, labeled), tensor([0, 1], { dtype: 'int32' })),
  );
  expect(last).toBeLessThan(0.05);
  const found = (await model.eval().call(features, graph).argmax(1).tolist()) as number[];
  expect(found.slice(0, 3).concat(found.slice(4, 7))).toEqual([0, 0, 0, 1, 1, 1]);
});

test('a GCN drops features while it trains only', async () => {
  const model = new GCN(4, 2);
  const graph = normalizedGraph([[0, 1]], 2);
  const run = async () => await model.call(randn([2, 4]).mul(0).add(1), graph).tolist();
  expect(await run()).not.toEqual(await run());
  model.eval();
  expect(await run()).toEqual(await run());
});
