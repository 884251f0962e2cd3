import { wasm } from '@evenkeel/backend-wasm';
import { AdamW } from '@evenkeel/optimizers';
import { closeIteration, manualSeed, memory, noGrad, randint, type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, expect, test } from 'vitest';
import {
  BatchNorm1d,
  crossEntropy,
  Dropout,
  Embedding,
  Linear,
  Module,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from '../src/index.ts';

beforeAll(() => useBackend(wasm()));

/** Something of everything that holds state or makes masks. */
class Everything extends Module {
  embedding = new Embedding(9, 8, { paddingIdx: 0 });
  encoder = new TransformerEncoderLayer(8, 2, { dimFeedforward: 8, batchFirst: true, normFirst: true });
  decoder = new TransformerDecoderLayer(8, 2, { dimFeedforward: 8, batchFirst: true, activation: 'gelu' });
  norm = new BatchNorm1d(8);
  dropout = new Dropout(0.3);
  head = new Linear(8, 9);

  override forward(tokens: Tensor): Tensor {
    const srcKeyPaddingMask = tokens.eq(0);
    const x = this.embedding.call(tokens);
    const memory = this.encoder.call(x, { srcKeyPaddingMask });
    const decoded = this.decoder.call(x, memory, { tgtIsCausal: true, memoryKeyPaddingMask: srcKeyPaddingMask });
    return this.head.call(this.dropout.call(this.norm.call(decoded.flatten(0, 1))));
  }
}

test.each([true, false])(
  'training and evaluating hold no more after 60 steps than after 10 (awaiting: %s)',
  async (awaits) => {
    manualSeed(1);
    const model = new Everything();
    const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
    const use: { tensors: number; bytes: number }[] = [];
    for (let step = 1; step <= 60; step++) {
      model.train();
      const tokens = randint(0, 9, [4, 6]);
      const loss = crossEntropy(model.call(tokens), tokens.flatten(), { labelSmoothing: 0.1, ignoreIndex: 0 });
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      if (awaits) expect(await loss.item()).toBeGreaterThan(0);
      model.eval();
      closeIteration();
      const likeliest = noGrad(() => model.call(randint(0, 9, [2, 6])).argmax(-1));
      if (awaits) await likeliest.data();
      if (step === 10 || step === 60) use.push({ tensors: memory().tensors, bytes: memory().bytes });
    }
    expect(use[1]).toEqual(use[0]);
  },
);
