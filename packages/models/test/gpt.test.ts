import { cpu } from '@evenkeel/backend-cpu';
import { ConfigError, IndexError, ShapeError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { manualSeed, memory, noGrad, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GPT } from '../src/index.ts';
import { sampleOne } from '../src/sampling.ts';
import { train } from './support/train.ts';
import { expectContinued, inputs, targets } from './support/two-sequences.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(5));

const ids = (rows: number[][]): Tensor => tensor(rows, { dtype: 'int32' });
const small = { contextLength: 6, dModel: 16, nhead: 2, numLayers: 2, dropout: 0 };

describe('GPT', () => {
  test('gives logits for the token after each, which later tokens do not change', async () => {
    const model = new GPT(11, small);
    const before = model.call(ids([[1, 2, 3, 4]]));
    const after = model.call(ids([[1, 2, 9, 0]]));
    expect(before.shape).toEqual([1, 4, 11]);
    const gap = before.sub(after).abs().amax([0, 2]);
    expect(await gap.tolist()).toEqual([0, 0, expect.any(Number), expect.any(Number)]);
    expect(await gap.select(0, 2).item()).toBeGreaterThan(1e-4);
  });

  test('starts out as good as guessing', async () => {
    const loss = crossEntropy(new GPT(11, small).call(ids([[1, 2, 3]])).flatten(0, 1), ids([[2, 3, 4]]).flatten());
    // Initial logits are small; with an embedding of N(0, 1) this loss would be several nats.
    expect(Math.abs((await loss.item()) - Math.log(11))).toBeLessThan(0.25);
  });

  test('learns one batch by heart and then continues it', async () => {
    const model = new GPT(7, small);
    const { last: loss } = await train(model, 60, 0.01, () =>
      crossEntropy(model.call(ids(inputs)).flatten(0, 1), ids([targets]).flatten()),
    );
    expect(loss).toBeLessThan(0.3);
    await expectContinued(model);
  });

  test('goes on past its context with the newest tokens, drawing the same from the same seed', async () => {
    const model = new GPT(7, { ...small, dropout: 0.5 });
    manualSeed(1);
    const first = await model.generate([[1]], { maxNewTokens: 9, topK: 3 });
    manualSeed(1);
    expect(await model.generate([[1]], { maxNewTokens: 9, topK: 3 })).toEqual(first);
    expect(first[0]).toHaveLength(9);
  });

  test('a sequence that grows has few lengths, and goes on as if it had every one', async () => {
    const model = new GPT(7, { ...small, contextLength: 20 });
    const lengths = new Set<number>();
    model.token_embedding.registerForwardPreHook((_, [tokens]) => {
      lengths.add((tokens as Tensor).shape[1] ?? 0);
    });
    const [made] = await model.generate([[1, 2]], { maxNewTokens: 30, temperature: 0 });
    expect([...lengths]).toEqual([8, 16, 20]);
    model.eval();
    const tokens = [1, 2];
    while (tokens.length < 32) {
      const logits = model.call(ids([tokens.slice(-20)]));
      tokens.push(await logits.select(1, -1).argmax(-1).item());
    }
    expect(made).toEqual(tokens.slice(2));
  });

  test('generates without dropout and goes back to training', async () => {
    const model = new GPT(7, { ...small, dropout: 0.5 });
    const greedy = { maxNewTokens: 12, temperature: 0 };
    const training = await model.generate(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      greedy,
    );
    expect(model.training).toBe(true);
    model.eval();
    expect(
      await model.generate(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        greedy,
      ),
    ).toEqual(training);
    expect(model.training).toBe(false);
  });

  test('leaves nothing behind after generating', async () => {
    const model = new GPT(7, small);
    await model.generate([[1]], { maxNewTokens: 2 });
    const { tensors } = memory();
    await model.generate([[1]], { maxNewTokens: 5 });
    expect(memory().tensors).toBe(tensors);
  });

  test('takes its activation by name or as a function; the names of GELU differ by the approximation', async () => {
    const outputs = [undefined, 'gelu', 'gelu-tanh', (x: Tensor) => x.relu()] as const;
    const [usual, exact, approximate, other] = outputs.map((activation) => {
      manualSeed(3);
      const model = new GPT(7, { ...small, activation });
      // Weights of which the activation sees enough of its curve.
      noGrad(() => {
        for (const parameter of model.parameters()) parameter.assign(parameter.mul(20));
      });
      return model.call(ids([[1, 2, 3]]));
    }) as [Tensor, Tensor, Tensor, Tensor];
    const gap = (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().amax().item();
    expect(await gap(usual, exact)).toBe(0);
    expect(await gap(exact, approximate)).toBeGreaterThan(1e-5);
    expect(await gap(exact, approximate)).toBeLessThan((await gap(exact, other)) / 10);
    expect(() => new GPT(7, { ...small, activation: 'swish' as 'gelu' })).toThrow(/activation/);
  });

  test('shares the embedding with the head unless told otherwise', () => {
    const names = (model: GPT): string[] => model.namedParameters().map(([name]) => name);
    expect(names(new GPT(7, small))).not.toContain('head.weight');
    expect(names(new GPT(7, { ...small, tieWeights: false }))).toContain('head.weight');
  });

  test('refuses more tokens than its context, tokens it does not know and uneven prompts', async () => {
    const model = new GPT(7, small);
    expect(() => model.call(ids([[1, 2, 3, 4, 5, 6, 0]]))).toThrow(ShapeError);
    expect(() => noGrad(() => model.call(ids([[7]])))).toThrow(IndexError);
    expect(() => noGrad(() => model.call(ids([[7]])))).toThrow(/^token_embedding: /);
    await expect(model.generate([[1], [1, 2]], { maxNewTokens: 1 })).rejects.toThrow(ConfigError);
    await expect(model.generate([[1]], { maxNewTokens: 1, topK: 0 })).rejects.toThrow(/topK 0/);
  });
});

describe('sampling', () => {
  // softmax of these at temperature 1 is 0.1, 0.2, 0.7; they are drawn from the likeliest down.
  const scores = [Math.log(0.1), Math.log(0.2), Math.log(0.7)];

  test('inverts the distribution function', () => {
    expect([0, 0.69, 0.71, 0.89, 0.91].map((draw) => sampleOne(scores, draw, 1, 3))).toEqual([2, 2, 1, 1, 0]);
  });

  test('keeps to the k likeliest', () => {
    expect(sampleOne(scores, 0.999, 1, 1)).toBe(2);
    // 0.7 / 0.9 = 0.778 of what is left.
    expect([0.77, 0.79].map((draw) => sampleOne(scores, draw, 1, 2))).toEqual([2, 1]);
  });

  test('flattens with the temperature, and takes the first of the likeliest at zero', () => {
    // Square roots: 0.3162, 0.4472, 0.8367, sum 1.6001; the likeliest has 0.5229.
    expect([0.52, 0.53].map((draw) => sampleOne(scores, draw, 2, 3))).toEqual([2, 1]);
    expect(sampleOne([1, 3, 3], 0.99, 0, 3)).toBe(1);
  });
});
