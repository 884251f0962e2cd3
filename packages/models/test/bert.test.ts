import '@evenkeel/tensor/methods';
import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { Generator, manualSeed, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BERT,
  BERTForClassification,
  BERTForMaskedTokens,
  BERTForQuestionAnswering,
  bestSpans,
  maskTokens,
  spanLoss,
} from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(3));

const ids = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'int32' });
const small = { maxLength: 8, dModel: 16, nhead: 2, numLayers: 2, dropout: 0 };

describe('BERT', () => {
  test('has the parameter names and shapes of the published checkpoints', () => {
    const shapes = new Map([...new BERT(11, small).stateDict()].map(([name, { shape }]) => [name, shape]));
    const layer = (n: number): string[] =>
      ['self.query', 'self.key', 'self.value', 'output.dense', 'output.LayerNorm']
        .map((name) => `attention.${name}`)
        .concat('intermediate.dense', 'output.dense', 'output.LayerNorm')
        .flatMap((name) => [`encoder.layer.${n}.${name}.weight`, `encoder.layer.${n}.${name}.bias`]);
    const expected = [
      ...['word', 'position', 'token_type'].map((kind) => `embeddings.${kind}_embeddings.weight`),
      'embeddings.LayerNorm.weight',
      'embeddings.LayerNorm.bias',
      ...layer(0),
      ...layer(1),
      'pooler.dense.weight',
      'pooler.dense.bias',
    ];
    expect([...shapes.keys()].sort()).toEqual(expected.sort());
    expect(shapes.get('encoder.layer.1.intermediate.dense.weight')).toEqual([64, 16]);
    expect(shapes.get('embeddings.token_type_embeddings.weight')).toEqual([2, 16]);
  });

  test('lets every token see every other, but not padding', async () => {
    const model = new BERT(11, small).eval();
    const paddingMask = tensor([[false, false, false, true]]);
    const change = async (a: number[], b: number[]): Promise<number[]> =>
      (await model
        .call(ids([a]), { paddingMask })
        .sub(model.call(ids([b]), { paddingMask }))
        .abs()
        .amax([0, 2])
        .tolist()) as number[];
    const byLast = await change([1, 2, 3, 4], [1, 2, 5, 4]);
    expect(Math.min(...byLast.slice(0, 2))).toBeGreaterThan(1e-5);
    const byPadding = await change([1, 2, 3, 4], [1, 2, 3, 9]);
    expect(byPadding.slice(0, 3)).toEqual([0, 0, 0]);
  });

  test('tells segments apart', async () => {
    const model = new BERT(11, small).eval();
    const tokens = ids([[1, 2, 3]]);
    const gap = model.call(tokens).sub(model.call(tokens, { segments: ids([[0, 1, 1]]) }));
    expect(await gap.abs().amax().item()).toBeGreaterThan(1e-3);
  });

  test('starts from deviations of 0.02, padding from zero', async () => {
    const model = new BERT(500, { ...small, dModel: 32, paddingIdx: 0 });
    const table = model.embeddings.word_embeddings.weight;
    // 16 000 draws: the sample deviation is within 4 · 0.02 / √32 000 of 0.02.
    expect(await table.std().item()).toBeCloseTo(0.02, 3);
    expect(await table.select(0, 0).abs().amax().item()).toBe(0);
  });

  test('learns to fill in masked tokens from both sides', async () => {
    const model = new BERTForMaskedTokens(8, small);
    // Rows count up or down; what is missing follows from the neighbors. 7 is the mask.
    const inputs = ids([
      [1, 7, 3, 4],
      [4, 7, 2, 1],
      [2, 3, 7, 5],
      [5, 4, 7, 2],
    ]);
    const targets = ids([-100, 2, -100, -100, -100, 3, -100, -100, -100, -100, 4, -100, -100, -100, 3, -100]);
    const { first, last } = await train(model, 60, 0.01, () => crossEntropy(model.call(inputs).flatten(0, 1), targets));
    expect(Math.abs(first - Math.log(8))).toBeLessThan(0.3);
    expect(last).toBeLessThan(0.05);
    expect(await model.call(inputs).argmax(-1).index(2, 2).item()).toBe(4);
  });

  test('shares the token embedding with the head that guesses', () => {
    const names = new BERTForMaskedTokens(8, small).namedParameters().map(([name]) => name);
    expect(names).toContain('cls.predictions.bias');
    expect(names.filter((name) => name.startsWith('cls.predictions.decoder'))).toEqual([]);
    const keys = [...new BERTForMaskedTokens(8, small).stateDict().keys()];
    expect(keys).toEqual(expect.arrayContaining(['cls.predictions.decoder.weight', 'cls.predictions.decoder.bias']));
  });

  test('has a pooler only where something pools', () => {
    const pools = (model: BERTForClassification | BERTForMaskedTokens | BERTForQuestionAnswering): boolean =>
      model.namedParameters().some(([name]) => name.startsWith('bert.pooler'));
    expect(pools(new BERTForClassification(8, 2, small))).toBe(true);
    expect(pools(new BERTForMaskedTokens(8, small))).toBe(false);
    expect(pools(new BERTForQuestionAnswering(8, small))).toBe(false);
    const bare = new BERT(8, { ...small, pooling: false });
    expect(() => bare.pool(bare.call(ids([[1, 2]])))).toThrow(ConfigError);
  });

  test('learns to classify by a token anywhere in the sequence', async () => {
    const model = new BERTForClassification(8, 2, small);
    const tokens = ids([
      [0, 1, 2, 7],
      [0, 7, 2, 3],
      [0, 1, 2, 3],
      [0, 4, 5, 6],
    ]);
    const classes = ids([1, 1, 0, 0]);
    const { last } = await train(model, 60, 0.005, () => crossEntropy(model.call(tokens), classes));
    expect(last).toBeLessThan(0.1);
    expect(await model.call(tokens).argmax(1).tolist()).toEqual([1, 1, 0, 0]);
  });

  test('learns to mark the answer to a question', async () => {
    const model = new BERTForQuestionAnswering(10, small);
    // The question is token 1 or 2; the answer is the run of 8s or of 9s.
    const tokens = ids([
      [1, 0, 8, 8, 3, 9, 9, 9],
      [2, 0, 8, 8, 3, 9, 9, 9],
      [1, 0, 9, 3, 8, 8, 8, 3],
      [2, 0, 9, 3, 8, 8, 8, 3],
    ]);
    const segments = ids(Array.from({ length: 4 }, () => [0, 0, 1, 1, 1, 1, 1, 1]));
    const [start, end] = [ids([2, 5, 4, 2]), ids([3, 7, 6, 2])];
    await train(model, 120, 0.01, () => spanLoss(model.call(tokens, { segments }), start, end));
    const spans = await bestSpans(model.call(tokens, { segments }), { allowed: (_, position) => position >= 2 });
    expect(spans.map((span) => [span?.start, span?.end])).toEqual([
      [2, 3],
      [5, 7],
      [4, 6],
      [2, 2],
    ]);
  });

  test('refuses more tokens than positions and heads that do not divide the features', () => {
    expect(() => new BERT(11, small).call(ids([[1, 2, 3, 4, 5, 6, 7, 8, 9]]))).toThrow(ShapeError);
    expect(() => new BERT(11, { ...small, nhead: 3 })).toThrow(ConfigError);
  });
});

describe('bestSpans', () => {
  const logits = (start: number[], end: number[]) => ({ start: tensor([start]), end: tensor([end]) });

  test('takes the best pair in order, not the best start and the best end', async () => {
    // Best start 2 and best end 0 are in the wrong order; of 0–0 (1 + 9) and 2–2 (5 + 3) the former is larger.
    expect(await bestSpans(logits([1, 0, 5], [9, 0, 3]))).toEqual([{ start: 0, end: 0, score: 10 }]);
  });

  test('keeps to the length and to what is allowed, and gives nothing where nothing is', async () => {
    expect((await bestSpans(logits([9, 0, 0], [0, 0, 9]), { maxLength: 2 }))[0]).toMatchObject({ start: 0, end: 0 });
    expect((await bestSpans(logits([9, 0, 0], [0, 0, 9]), { allowed: (_, at) => at > 0 }))[0]?.start).toBe(1);
    expect(await bestSpans(logits([1, 2, 3], [1, 2, 3]), { allowed: () => false })).toEqual([undefined]);
  });
});

describe('maskTokens', () => {
  test('hides 15 %, of which 80 % are masks, 10 % random and 10 % as they were', () => {
    const sequence = Array.from({ length: 40_000 }, (_, i) => 5 + (i % 5));
    const options = { maskToken: 1, vocabularySize: 1000, special: [5], generator: new Generator(2) };
    const { inputs, targets } = maskTokens([sequence], options);
    const chosen = [...sequence.keys()].filter((at) => targets[0]?.[at] !== -100);
    const share = (keep: (at: number) => boolean): number => chosen.filter(keep).length / chosen.length;
    // Of 32 000 that can be chosen 4800 are; three standard deviations are 192, and of a share of 4800 at most 0.018.
    expect(Math.abs(chosen.length - 4800)).toBeLessThan(192);
    expect(Math.abs(share((at) => inputs[0]?.[at] === 1) - 0.8)).toBeLessThan(0.018);
    expect(Math.abs(share((at) => inputs[0]?.[at] === sequence[at]) - 0.1)).toBeLessThan(0.014);
    expect(chosen.every((at) => targets[0]?.[at] === sequence[at] && sequence[at] !== 5)).toBe(true);
    expect([...sequence.keys()].every((at) => targets[0]?.[at] !== -100 || inputs[0]?.[at] === sequence[at])).toBe(
      true,
    );
  });
});
