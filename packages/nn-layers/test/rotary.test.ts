import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { cat, manualSeed, randn, setDefaultDtype, type Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  linear,
  MultiheadAttention,
  RotaryEmbedding,
  rotaryEmbedding,
  scaledDotProductAttention,
} from '../src/index.ts';
import { distance } from './support/reference.ts';

beforeAll(() => {
  useBackend(cpu());
  setDefaultDtype('float64');
});
afterAll(() => setDefaultDtype('float32'));
beforeEach(() => manualSeed(4));

describe('RotaryEmbedding', () => {
  test.each(['half', 'interleaved'] as const)('turns pairs as complex numbers, in the layout %s', async (layout) => {
    const input = randn([2, 3, 5, 6]);
    const output = new RotaryEmbedding(6, { layout, base: 100 }).call(input);
    const [x, y] = [await input.data(), await output.data()];
    for (let row = 0; row < 30; row++) {
      for (let pair = 0; pair < 3; pair++) {
        const [first, second] = layout === 'half' ? [pair, pair + 3] : [2 * pair, 2 * pair + 1];
        const [a, b] = [Number(x[6 * row + first]), Number(x[6 * row + second])];
        const angle = (row % 5) * 100 ** (-pair / 3);
        expect(Number(y[6 * row + first])).toBeCloseTo(a * Math.cos(angle) - b * Math.sin(angle), 12);
        expect(Number(y[6 * row + second])).toBeCloseTo(a * Math.sin(angle) + b * Math.cos(angle), 12);
      }
    }
  });

  test('makes products depend on the distance alone', async () => {
    const rotary = new RotaryEmbedding(8);
    const [q, k] = [randn([1, 8]), randn([1, 8])];
    const product = (m: number, n: number): Tensor =>
      rotary
        .call(q, { offset: m })
        .mul(rotary.call(k, { offset: n }))
        .sum();
    expect(await distance(product(3, 1), product(1002, 1000))).toBeLessThan(1e-10);
    expect(await distance(product(3, 1), product(3, 2))).toBeGreaterThan(1e-3);
  });

  test('takes positions from an offset or a tensor, and leaves features beyond its own as they are', async () => {
    const rotary = new RotaryEmbedding(4, { maxLength: 9 });
    const input = randn([2, 3, 9, 6]);
    const whole = rotary.call(input);
    expect(await distance(rotary.call(input.narrow(2, 4, 5), { offset: 4 }), whole.narrow(2, 4, 5))).toBe(0);
    const reversed = Int32Array.from({ length: 9 }, (_, index) => 8 - index);
    const turned = rotary.call(input.flip(2), { positions: tensor(reversed) });
    expect(await distance(turned.flip(2), whole)).toBe(0);
    const ownPositions = tensor(Int32Array.of(0, 1, 2, 5, 6, 7), { shape: [2, 1, 3] });
    const [first, second] = rotary
      .call(cat([input.narrow(0, 0, 1).narrow(2, 0, 3), input.narrow(0, 1, 1).narrow(2, 5, 3)]), {
        positions: ownPositions,
      })
      .unbind(0);
    expect(await distance(first as Tensor, whole.select(0, 0).narrow(1, 0, 3))).toBe(0);
    expect(await distance(second as Tensor, whole.select(0, 1).narrow(1, 5, 3))).toBe(0);
    expect(await distance(whole.narrow(-1, 4, 2), input.narrow(-1, 4, 2))).toBe(0);
    expect(rotary.stateDict().size).toBe(0);
  });

  test('says what does not fit', () => {
    expect(() => new RotaryEmbedding(5)).toThrow(ConfigError);
    const rotary = new RotaryEmbedding(4, { maxLength: 3 });
    expect(() => rotary.call(zeros([4, 4]))).toThrow(/maxLength/);
    expect(() => rotary.call(zeros([3, 4]), { offset: 1 })).toThrow(ConfigError);
    expect(() => rotary.call(zeros([3, 2]))).toThrow(ShapeError);
    expect(() => rotaryEmbedding(zeros([2, 4]), rotary.cos, rotary.sin)).toThrow(ShapeError);
  });
});

describe('MultiheadAttention', () => {
  test('with fewer key heads is the one whose key heads repeat', async () => {
    const grouped = new MultiheadAttention(8, 4, { batchFirst: true, numKvHeads: 2, kdim: 3, vdim: 5 });
    const whole = new MultiheadAttention(8, 4, { batchFirst: true, kdim: 3, vdim: 5 });
    const own = Object.fromEntries(grouped.stateDict()) as Record<string, Tensor>;
    // Heads are two features wide; each key head serves two query heads.
    const repeat = (rows: Tensor): Tensor => rows.unflatten(0, [2, 2]).repeatInterleave(2, 0).flatten(0, 1);
    const [query, key, value] = (own['in_proj_bias'] as Tensor).split([8, 4, 4], 0) as [Tensor, Tensor, Tensor];
    whole.loadStateDict({
      ...own,
      k_proj_weight: repeat(own['k_proj_weight'] as Tensor),
      v_proj_weight: repeat(own['v_proj_weight'] as Tensor),
      in_proj_bias: cat([query, repeat(key), repeat(value)]),
    });
    const [q, k, v] = [randn([2, 5, 8]), randn([2, 7, 3]), randn([2, 7, 5])];
    const [output, weights] = grouped.call(q, k, v, { averageAttnWeights: false });
    const [wanted, wantedWeights] = whole.call(q, k, v, { averageAttnWeights: false });
    expect(await distance(output, wanted)).toBeLessThan(1e-12);
    expect(await distance(weights as Tensor, wantedWeights as Tensor)).toBeLessThan(1e-12);
    expect(grouped.in_proj_bias?.shape).toEqual([16]);
  });

  test.each([
    ['one projection for all three', (x: Tensor, y: Tensor) => [x, x, x, y] as const],
    ['one for key and value', (x: Tensor, y: Tensor) => [x, y, y, x] as const],
    ['three', (x: Tensor, y: Tensor) => [x, y, y.add(1), x] as const],
  ])('with fewer key heads and rotary positions is its formula, through %s', async (_name, inputs) => {
    const rotary = new RotaryEmbedding(2);
    const attention = new MultiheadAttention(8, 4, { batchFirst: true, numKvHeads: 1, rotary });
    expect(attention.in_proj_weight?.shape).toEqual([12, 8]);
    const [q, k, v] = inputs(randn([2, 5, 8]), randn([2, 5, 8]));
    const project = (x: Tensor, start: number, rows: number): Tensor =>
      linear(
        x,
        (attention.in_proj_weight as Tensor).narrow(0, start, rows),
        attention.in_proj_bias?.narrow(0, start, rows),
      )
        .unflatten(-1, [-1, 2])
        .transpose(1, 2);
    const [queries, keys, values] = [project(q, 0, 8), project(k, 8, 2), project(v, 10, 2)];
    const attended = scaledDotProductAttention(rotary.call(queries), rotary.call(keys), values, { enableGqa: true });
    const wanted = attention.out_proj.call(attended.transpose(1, 2).flatten(2));
    expect(await distance(attention.call(q, k, v)[0], wanted)).toBeLessThan(1e-12);
  });

  test('refuses heads that do not divide, and positions for keys that have none', () => {
    expect(() => new MultiheadAttention(8, 4, { numKvHeads: 3 })).toThrow(ConfigError);
    const rotary = new RotaryEmbedding(2);
    expect(() => new MultiheadAttention(8, 4, { rotary, addZeroAttn: true })).toThrow(ConfigError);
    expect(new MultiheadAttention(8, 4, { rotary }).stateDict().size).toBe(4);
  });

  test('gives nothing for an empty batch', () => {
    const attention = new MultiheadAttention(8, 4, { batchFirst: true, numKvHeads: 2 });
    const empty = zeros([0, 5, 8]);
    expect(attention.call(empty, empty, empty)[0].shape).toEqual([0, 5, 8]);
  });
});
