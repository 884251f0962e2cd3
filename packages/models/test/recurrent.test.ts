import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { manualSeed, memory, noGrad, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { detachState, LSTMClassifier, LSTMLanguageModel, type LSTMState } from '../src/index.ts';
import { train } from './support/train.ts';
import { expectContinued, inputs, targets } from './support/two-sequences.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

const ids = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });

describe('LSTMClassifier', () => {
  const small = { embeddingDim: 8, hiddenSize: 12 };

  test.each([{}, { bidirectional: true }, { numLayers: 2 }])(
    'learns what the first token was with %o',
    async (options) => {
      const model = new LSTMClassifier(5, 2, { ...small, ...options });
      const tokens = ids([
        [0, 2, 3, 4, 2],
        [1, 2, 3, 4, 2],
        [0, 4, 4, 3, 3],
        [1, 4, 4, 3, 3],
      ]);
      const { last } = await train(model, 60, 0.02, () => crossEntropy(model.call(tokens), ids([0, 1, 0, 1])));
      expect(last).toBeLessThan(0.1);
    },
  );

  test('does not see the padding behind the lengths', async () => {
    const model = new LSTMClassifier(5, 3, { ...small, bidirectional: true });
    const short = await model.call(ids([[1, 2]])).tolist();
    const padded = model.call(
      ids([
        [1, 2, 4, 4],
        [1, 2, 3, 4],
      ]),
      { lengths: [2, 4] },
    );
    const [[first, second]] = [(await padded.tolist()) as number[][]];
    const [expected] = short as number[][];
    for (const [at, value] of (first ?? []).entries()) expect(value).toBeCloseTo(Number(expected?.[at]), 5);
    expect(second).not.toEqual(first);
  });
});

describe('LSTMLanguageModel', () => {
  const small = { embeddingDim: 12, hiddenSize: 16, numLayers: 1, dropout: 0 };

  test('learns a sequence by heart and then continues it', async () => {
    const model = new LSTMLanguageModel(7, small);
    const { first, last } = await train(model, 80, 0.03, () =>
      crossEntropy(model.call(ids(inputs))[0].flatten(0, 1), ids(targets)),
    );
    expect(Math.abs(first - Math.log(7))).toBeLessThan(0.2);
    // Which of the two begins cannot be known: log 2 of the first of five tokens.
    expect(last).toBeLessThan(Math.log(2) / 5 + 0.1);
    await expectContinued(model);
  });

  test('goes on from a state as if it had read everything at once', async () => {
    const model = new LSTMLanguageModel(7, { ...small, numLayers: 2 });
    const [whole] = model.call(ids([[1, 2, 3, 4, 5]]));
    const [, state] = model.call(ids([[1, 2, 3]]));
    const [rest] = model.call(ids([[4, 5]]), detachState(state));
    expect(await whole.narrow(1, 3, 2).sub(rest).abs().amax().item()).toBeLessThan(1e-6);
  });

  test('trains on a long text piece by piece', async () => {
    const model = new LSTMLanguageModel(4, small);
    // A period of four: within a piece of three only the state tells where it begins.
    const text = Array.from({ length: 25 }, (_, at) => [0, 0, 1, 2][at % 4] ?? 0);
    let state: LSTMState | undefined;
    let at = 0;
    const { last } = await train(model, 160, 0.03, () => {
      if (at + 4 > text.length) [at, state] = [0, undefined];
      const [logits, next] = model.call(ids([text.slice(at, at + 3)]), detachState(state));
      const loss = crossEntropy(logits.flatten(0, 1), ids(text.slice(at + 1, at + 4)));
      [at, state] = [at + 3, next];
      return loss;
    });
    expect(last).toBeLessThan(0.3);
  });

  test('ties the head to the embedding where both are of one size', () => {
    const tied = new LSTMLanguageModel(7, { ...small, embeddingDim: 16, tieWeights: true });
    expect(tied.namedParameters().map(([name]) => name)).not.toContain('decoder.weight');
    expect(() => new LSTMLanguageModel(7, { ...small, tieWeights: true })).toThrow(ConfigError);
  });

  test('leaves nothing behind after generating, and refuses uneven prompts', async () => {
    const model = new LSTMLanguageModel(7, small);
    await model.generate([[1]], { maxNewTokens: 2 });
    const { tensors } = memory();
    await model.generate([[1]], { maxNewTokens: 6 });
    expect(memory().tensors).toBe(tensors);
    await expect(model.generate([[1], [1, 2]], { maxNewTokens: 1 })).rejects.toThrow(ConfigError);
    expect(noGrad(() => model.call(ids([[1]])))[0].shape).toEqual([1, 1, 7]);
  });
});
