import { cpu } from '@evenkeel/backend-cpu';
import { ShapeError } from '@evenkeel/errors';
import { crossEntropy } from '@evenkeel/nn-layers';
import { manualSeed, memory, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Seq2SeqTransformer } from '../src/index.ts';
import { train } from './support/train.ts';

beforeAll(() => useBackend(cpu()));
beforeEach(() => manualSeed(6));

const ids = (rows: number[][]): Tensor => tensor(rows, { dtype: 'int32' });
const small = {
  dModel: 16,
  nhead: 2,
  numEncoderLayers: 1,
  numDecoderLayers: 1,
  dimFeedforward: 32,
  dropout: 0,
  maxLength: 8,
};
const largestGap = async (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().amax().item();

describe('Seq2SeqTransformer', () => {
  test('gives logits for each target position, which later target tokens do not change', async () => {
    const model = new Seq2SeqTransformer(9, 7, small);
    const source = ids([
      [1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1],
    ]);
    const before = model.call(
      source,
      ids([
        [0, 1, 2],
        [0, 3, 4],
      ]),
    );
    const after = model.call(
      source,
      ids([
        [0, 1, 5],
        [0, 3, 6],
      ]),
    );
    expect(before.shape).toEqual([2, 3, 7]);
    expect(await largestGap(before.narrow(1, 0, 2), after.narrow(1, 0, 2))).toBe(0);
    expect(await largestGap(before.narrow(1, 2, 1), after.narrow(1, 2, 1))).toBeGreaterThan(1e-3);
  });

  test('depends on the source, but not on its padding', async () => {
    const model = new Seq2SeqTransformer(9, 7, small);
    const target = ids([[0, 1, 2]]);
    const short = model.call(ids([[1, 2, 3]]), target);
    const padded = (fill: number): Tensor =>
      model.call(ids([[1, 2, 3, fill, fill]]), target, {
        sourcePaddingMask: tensor([[false, false, false, true, true]]),
      });
    expect(await largestGap(padded(0), short)).toBeLessThan(1e-5);
    expect(await largestGap(padded(0), padded(8))).toBe(0);
    expect(await largestGap(model.call(ids([[3, 2, 1]]), target), short)).toBeGreaterThan(1e-3);
  });

  test.each([true, false])('learns one batch by heart and then translates it (normFirst %s)', async (normFirst) => {
    const model = new Seq2SeqTransformer(9, 7, { ...small, normFirst });
    const source = ids([
      [1, 2, 3, 0],
      [4, 5, 6, 7],
    ]).keep();
    const sourcePaddingMask = source.eq(0).keep();
    const [inputs, targets] = [
      ids([
        [1, 3, 4, 5],
        [1, 6, 2, 2],
      ]).keep(),
      ids([
        [3, 4, 5, 2],
        [6, 2, -100, -100],
      ]).keep(),
    ];
    const { last: loss } = await train(model, 60, 0.01, () =>
      crossEntropy(model.call(source, inputs, { sourcePaddingMask }).flatten(0, 1), targets.flatten()),
    );
    expect(loss).toBeLessThan(0.1);
    const options = { startToken: 1, endToken: 2, maxLength: 6, sourcePaddingMask };
    expect(await model.generate(source, options)).toEqual([[3, 4, 5], [6]]);
    expect(await model.generate(source, { ...options, maxLength: 2 })).toEqual([[3, 4], [6]]);
  });

  test('generates in evaluation mode, puts the modes back and leaves nothing behind', async () => {
    const model = new Seq2SeqTransformer(9, 7, { ...small, dropout: 0.5 });
    model.transformer.decoder.eval();
    const source = ids([[1, 2, 3]]);
    const options = { startToken: 1, endToken: 2, maxLength: 4 };
    const first = await model.generate(source, options);
    const { tensors } = memory();
    expect(await model.generate(source, options)).toEqual(first);
    expect(memory().tensors).toBe(tensors);
    expect([model.training, model.transformer.decoder.layers.at(0).training]).toEqual([true, false]);
  });

  test('names the place where shapes do not fit', () => {
    const model = new Seq2SeqTransformer(9, 7, small);
    const long = ids([[1, 1, 1, 1, 1, 1, 1, 1, 1]]);
    expect(() => model.call(long, ids([[0]]))).toThrow(ShapeError);
    expect(() => model.call(long, ids([[0]]))).toThrow(/^positions: /);
    expect(() => model.call(ids([[9]]), ids([[0]]))).toThrow(/^source_embedding: /);
  });
});
