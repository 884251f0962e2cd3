import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { arange, manualSeed, ones, randn, type Tensor, tensor, useBackend, where, zeros } from '@evenkeel/tensor';
import '@evenkeel/tensor/methods';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  causalMask,
  generateSquareSubsequentMask,
  MultiheadAttention,
  scaledDotProductAttention,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(3));

const infinity = Number.POSITIVE_INFINITY;
const bool = (rows: boolean[] | boolean[][]): Tensor => tensor(rows);

describe('scaledDotProductAttention', () => {
  test('takes a bool mask for where a query may attend, as the float mask of 0 and −∞ does', async () => {
    const [q, k, v] = [randn([2, 3, 4]), randn([2, 5, 4]), randn([2, 5, 6])];
    const allowed = bool([
      [true, false, true, true, false],
      [false, true, false, false, false],
      [true, true, true, true, true],
    ]);
    const float = where(allowed, zeros([3, 5]), -infinity);
    const byBool = scaledDotProductAttention(q, k, v, { attnMask: allowed });
    expect(await distance(byBool, scaledDotProductAttention(q, k, v, { attnMask: float }))).toBeLessThan(1e-6);
    // The second query sees the second key alone.
    expect(await distance(byBool.select(1, 1), v.select(1, 1))).toBeLessThan(1e-6);
  });

  test.each(['bool', 'float'])(
    'gives zeros and a zero gradient for a query that a %s mask leaves without keys',
    async (kind) => {
      const [q, k, v] = [randn([2, 3]), randn([4, 3]), randn([4, 3])];
      for (const leaf of [q, k, v]) leaf.requiresGrad = true;
      const allowed = bool([
        [false, false, false, false],
        [true, true, false, true],
      ]);
      const attnMask = kind === 'bool' ? allowed : where(allowed, zeros([2, 4]), -infinity);
      const output = scaledDotProductAttention(q, k, v, { attnMask });
      expect(await output.select(0, 0).tolist()).toEqual([0, 0, 0]);
      output.sum().backward();
      expect(await q.grad?.select(0, 0).tolist()).toEqual([0, 0, 0]);
      for (const leaf of [q, k, v]) expect(await leaf.grad?.isfinite().all().item()).toBe(1);
    },
  );

  test('with isCausal never looks ahead, also where queries and keys differ in number', async () => {
    const [q, k, v] = [randn([3, 4]), randn([5, 4]), randn([5, 4])];
    const before = scaledDotProductAttention(q, k, v, { isCausal: true });
    const later = where(arange(5).ge(2).unsqueeze(1), randn([5, 4]), v);
    const after = scaledDotProductAttention(q, k, later, { isCausal: true });
    expect(await distance(before.narrow(0, 0, 2), after.narrow(0, 0, 2))).toBe(0);
    expect(await distance(before.select(0, 2), after.select(0, 2))).toBeGreaterThan(0.01);
  });

  test('survives scores of ±10,000', async () => {
    const q = tensor([[1e4, 0]]);
    const k = tensor([
      [1, 0],
      [-1, 0],
    ]);
    const output = scaledDotProductAttention(q, k, tensor([[1], [2]]), { scale: 1 });
    expect(await output.tolist()).toEqual([[1]]);
  });

  test('lets heads share keys and values with enableGqa', async () => {
    const [q, k, v] = [randn([1, 4, 3, 2]), randn([1, 2, 5, 2]), randn([1, 2, 5, 2])];
    const shared = scaledDotProductAttention(q, k, v, { enableGqa: true });
    const third = scaledDotProductAttention(q.narrow(1, 2, 1), k.narrow(1, 1, 1), v.narrow(1, 1, 1));
    expect(await distance(shared.narrow(1, 2, 1), third)).toBeLessThan(1e-6);
    expect(() => scaledDotProductAttention(q, randn([1, 3, 5, 2]), v, { enableGqa: true })).toThrow(ShapeError);
  });

  test('refuses a mask together with isCausal, and shapes that do not fit', () => {
    const x = zeros([2, 4]);
    expect(() => scaledDotProductAttention(x, x, x, { isCausal: true, attnMask: bool([[true]]) })).toThrow(ConfigError);
    expect(() => scaledDotProductAttention(x, zeros([3, 5]), zeros([3, 5]))).toThrow(/query \[2, 4\], key \[3, 5\]/);
  });
});

describe('MultiheadAttention', () => {
  test('is the same batch first and length first', async () => {
    const lengthFirst = new MultiheadAttention(8, 2).eval();
    const batchFirst = new MultiheadAttention(8, 2, { batchFirst: true }).eval();
    batchFirst.loadStateDict(lengthFirst.stateDict());
    const [query, memory] = [randn([3, 2, 8]), randn([5, 2, 8])];
    const [output, weights] = lengthFirst.call(query, memory, memory);
    const swapped = memory.transpose(0, 1);
    const [other, otherWeights] = batchFirst.call(query.transpose(0, 1), swapped, swapped);
    expect(await distance(output, other.transpose(0, 1))).toBeLessThan(1e-6);
    expect(await distance(weights as Tensor, otherWeights as Tensor)).toBeLessThan(1e-6);
  });

  test('projects the same whether key and value are one tensor, two, or the query too', async () => {
    const attention = new MultiheadAttention(6, 3);
    const x = randn([4, 2, 6]);
    const once = attention.call(x, x, x)[0];
    expect(await distance(attention.call(x, x.clone(), x.clone())[0], once)).toBeLessThan(1e-6);
    const memory = x.clone();
    expect(await distance(attention.call(x, memory, memory)[0], once)).toBeLessThan(1e-6);
  });

  test('handles a sequence without batch as a batch of one', async () => {
    const attention = new MultiheadAttention(6, 2);
    const x = randn([4, 6]);
    const padding = bool([false, false, true, false]);
    const [output, weights] = attention.call(x, x, x, { keyPaddingMask: padding, averageAttnWeights: false });
    const batched = x.unsqueeze(1);
    const masks = { keyPaddingMask: padding.unsqueeze(0), averageAttnWeights: false };
    const [expected, expectedWeights] = attention.call(batched, batched, batched, masks);
    expect(output.shape).toEqual([4, 6]);
    expect(weights?.shape).toEqual([2, 4, 4]);
    expect(await distance(output, expected.squeeze(1))).toBe(0);
    expect(await distance(weights as Tensor, (expectedWeights as Tensor).squeeze(0))).toBe(0);
  });

  test('ignores what is in padded keys and gives a wholly padded sample the bias of the output projection', async () => {
    const attention = new MultiheadAttention(4, 2, { batchFirst: true });
    const x = randn([2, 3, 4]);
    const padding = bool([
      [false, false, true],
      [true, true, true],
    ]);
    const run = (key: Tensor): Tensor => attention.call(x, key, key, { keyPaddingMask: padding })[0];
    const changed = where(padding.unsqueeze(-1), randn([2, 3, 4]), x);
    const output = run(x);
    expect(await distance(run(changed), output)).toBe(0);
    const bias = attention.out_proj.bias as Tensor;
    expect(await distance(output.select(0, 1), bias.expand([3, 4]))).toBe(0);
  });

  test('adds two float masks up', async () => {
    const attention = new MultiheadAttention(4, 2, { batchFirst: true });
    const x = randn([2, 3, 4]);
    const [attnMask, keyPaddingMask] = [randn([3, 3]), randn([2, 3])];
    const both = attention.call(x, x, x, { attnMask, keyPaddingMask })[0];
    const added = attnMask.add(keyPaddingMask.unsqueeze(1)).unsqueeze(1).expand([2, 2, 3, 3]).reshape([4, 3, 3]);
    expect(await distance(both, attention.call(x, x, x, { attnMask: added })[0])).toBeLessThan(1e-6);
  });

  test('combines a causal mask with padding, and takes a mask for every head', async () => {
    const attention = new MultiheadAttention(4, 2, { batchFirst: true });
    const x = randn([2, 3, 4]);
    const padding = bool([
      [false, false, true],
      [false, false, false],
    ]);
    const causal = attention.call(x, x, x, { isCausal: true, keyPaddingMask: padding })[0];
    const spelledOut = attention.call(x, x, x, { attnMask: causalMask(3), keyPaddingMask: padding })[0];
    const float = attention.call(x, x, x, { attnMask: generateSquareSubsequentMask(3), keyPaddingMask: padding })[0];
    const perHead = attention.call(x, x, x, { attnMask: causalMask(3).expand([4, 3, 3]), keyPaddingMask: padding })[0];
    for (const other of [spelledOut, float, perHead]) expect(await distance(causal, other)).toBeLessThan(1e-6);
  });

  test('attends to the appended key and value of addBiasKv and addZeroAttn', async () => {
    const attention = new MultiheadAttention(2, 1, { addBiasKv: true, addZeroAttn: true, bias: false });
    const x = randn([3, 1, 2]);
    const blocked = ones([1, 3]).gt(0);
    const [, weights] = attention.call(x, x, x, { keyPaddingMask: blocked });
    expect(weights?.shape).toEqual([1, 3, 5]);
    const shares = (weights as Tensor).sum(1).select(0, 0);
    expect(await shares.narrow(0, 0, 3).tolist()).toEqual([0, 0, 0]);
    expect(await shares.narrow(0, 3, 2).sum().item()).toBeCloseTo(3, 5);
    const [, causal] = attention.call(x, x, x, { isCausal: true });
    expect(await (causal as Tensor).select(0, 0).select(0, 0).gt(0).tolist()).toEqual([1, 0, 0, 1, 1]);
  });

  test('returns weights that sum to one, or none', async () => {
    const attention = new MultiheadAttention(4, 2);
    const x = randn([3, 2, 4]);
    const [, weights] = attention.call(x, x, x);
    expect(await distance((weights as Tensor).sum(-1), ones([2, 3]))).toBeLessThan(1e-6);
    expect(attention.call(x, x, x, { needWeights: false })).toHaveLength(1);
  });

  test('drops weights in training only', async () => {
    const attention = new MultiheadAttention(4, 2, { dropout: 0.5 });
    const x = randn([8, 1, 4]);
    const dropped = async (): Promise<number> => {
      const [, weights] = attention.call(x, x, x, { averageAttnWeights: false });
      return (weights as Tensor).eq(0).sum().item();
    };
    expect(await dropped()).toBeGreaterThan(20);
    attention.eval();
    expect(await dropped()).toBe(0);
  });

  test('has PyTorch’s state-dict keys in PyTorch’s order', () => {
    const keys = (options: object): string[] => [...new MultiheadAttention(4, 2, options).stateDict().keys()];
    expect(keys({})).toEqual(['in_proj_weight', 'in_proj_bias', 'out_proj.weight', 'out_proj.bias']);
    expect(keys({ kdim: 3, addBiasKv: true })).toEqual([
      'q_proj_weight',
      'k_proj_weight',
      'v_proj_weight',
      'in_proj_bias',
      'bias_k',
      'bias_v',
      'out_proj.weight',
      'out_proj.bias',
    ]);
    expect(keys({ bias: false })).toEqual(['in_proj_weight', 'out_proj.weight']);
  });

  test('refuses heads that do not divide the features and inputs that do not fit', () => {
    expect(() => new MultiheadAttention(5, 2)).toThrow(/embedDim 5, numHeads 2/);
    const x = zeros([3, 2, 4]);
    expect(() => new MultiheadAttention(6, 2).call(x, x, x)).toThrow(/E = 6/);
    expect(() => new MultiheadAttention(4, 2).call(x, zeros([3, 1, 4]), x)).toThrow(ShapeError);
  });
});

describe('Transformer layers', () => {
  const options = { dimFeedforward: 16, dropout: 0, batchFirst: true };

  test.each([true, false])('a causal encoder does not see later positions (normFirst %s)', async (normFirst) => {
    const encoder = new TransformerEncoder(new TransformerEncoderLayer(8, 2, { ...options, normFirst }), 2);
    const x = randn([2, 5, 8]);
    const changed = where(arange(5).ge(3).unsqueeze(1), randn([2, 5, 8]), x);
    const before = encoder.call(x, { isCausal: true });
    const after = encoder.call(changed, { isCausal: true });
    expect(await distance(before.narrow(1, 0, 3), after.narrow(1, 0, 3))).toBe(0);
    expect(await distance(before.narrow(1, 3, 2), after.narrow(1, 3, 2))).toBeGreaterThan(0.01);
  });

  test('a decoder ignores padded memory, and length first is the same', async () => {
    const decoder = new TransformerDecoder(new TransformerDecoderLayer(8, 2, options), 1);
    const [target, memory] = [randn([2, 3, 8]), randn([2, 4, 8])];
    const padding = bool([
      [false, false, false, true],
      [false, true, true, true],
    ]);
    const run = (from: Tensor): Tensor =>
      decoder.call(target, from, { tgtIsCausal: true, memoryKeyPaddingMask: padding });
    const changed = where(padding.unsqueeze(-1), randn([2, 4, 8]), memory);
    expect(await distance(run(memory), run(changed))).toBe(0);
    const lengthFirst = new TransformerDecoder(new TransformerDecoderLayer(8, 2, { ...options, batchFirst: false }), 1);
    lengthFirst.loadStateDict(decoder.stateDict());
    const other = lengthFirst.call(target.transpose(0, 1), memory.transpose(0, 1), {
      tgtIsCausal: true,
      memoryKeyPaddingMask: padding,
    });
    expect(await distance(other.transpose(0, 1), run(memory))).toBeLessThan(1e-6);
  });

  test('name the layer in which shapes do not fit', () => {
    const encoder = new TransformerEncoder(new TransformerEncoderLayer(8, 2, options), 2);
    encoder.layers.at(1).linear2 = encoder.layers.at(1).linear1;
    expect(() => encoder.call(zeros([1, 2, 8]))).toThrow(/^layers\.1\.linear1: linear: /);
  });

  test('are stacked as copies that share nothing', () => {
    const encoder = new TransformerEncoder(new TransformerEncoderLayer(8, 2, options), 3);
    expect(encoder.parameters()).toHaveLength(3 * 12);
  });

  test('leave every bias out without bias', () => {
    const net = new Transformer({
      dModel: 8,
      nhead: 2,
      numEncoderLayers: 1,
      numDecoderLayers: 1,
      dimFeedforward: 8,
      bias: false,
    });
    expect([...net.stateDict().keys()].filter((key) => key.includes('bias'))).toEqual([]);
  });
});
