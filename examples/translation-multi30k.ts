/**
 * An encoder–decoder Transformer translates photo captions from German to English (Multi30k), scored by BLEU.
 *
 * EVENKEEL_DATA=… node --conditions=@evenkeel/source examples/translation-multi30k.ts [--minutes 30] [--steps 2000]
 *   [--seed 1] [--dropout 0.1] [--every 100] [--save FOLDER] [--score TRANSLATIONS.json]
 *
 * With --save, tooling/interop/pytorch/translation_multi30k.py FOLDER trains the same model on the same batches in
 * PyTorch; --score FOLDER/pytorch.json then gives the BLEU of what that one wrote.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { wasm } from '@evenkeel/backend-wasm';
import { collatePadded, corpusBleu, DataLoader, type PaddedBatch } from '@evenkeel/data';
import { Seq2SeqTransformer } from '@evenkeel/models';
import { type CrossEntropyOptions, crossEntropy } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { warmupCosine } from '@evenkeel/schedulers';
import { manualSeed, noGrad, type Tensor, useBackend } from '@evenkeel/tensor';
import { asDataset, END, PADDING, type Pair, readCorpus, START } from './multi30k/corpus.ts';
import { type Settings, writeRecipe, writeWeights } from './multi30k/recipe.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    steps: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    dropout: { type: 'string', default: '0.1' },
    every: { type: 'string', default: '100' },
    save: { type: 'string' },
    score: { type: 'string' },
  },
});
const corpus = readCorpus(join(process.env['EVENKEEL_DATA'] ?? '.', 'multi30k'), 3000);
const { german, english, references } = corpus;
const [steps, seed] = [Number(given.steps), Number(given.seed)];
const settings = {
  vocabulary: [german.size, english.size],
  model: {
    dModel: 128,
    nhead: 4,
    numEncoderLayers: 3,
    numDecoderLayers: 3,
    dimFeedforward: 256,
    dropout: Number(given.dropout),
    activation: 'relu',
    normFirst: true,
    maxLength: 128,
  },
  optimizer: { betas: [0.9, 0.98], eps: 1e-9, weightDecay: 0.01 },
  labelSmoothing: 0.1,
  clip: 1,
  batchSize: 64,
  padding: [german.id(PADDING), english.id(PADDING)],
  start: english.id(START),
  end: english.id(END),
  longest: 60,
  every: Number(given.every),
} as const satisfies Settings;
type PaddedPairs = PaddedBatch<Pair, keyof Pair>;
const padded = collatePadded<Pair, keyof Pair>({
  source: { value: settings.padding[0] },
  target: { value: settings.padding[1] },
});
const rate = warmupCosine({ lr: 2e-3, warmup: Math.min(400, steps / 4), total: steps });

if (given.score) console.log(described(JSON.parse(readFileSync(given.score, 'utf8'))));
else await train();

async function train(): Promise<void> {
  useBackend(wasm());
  manualSeed(seed);
  const model = new Seq2SeqTransformer(...settings.vocabulary, settings.model);
  const optimizer = new AdamW(model.parameters(), settings.optimizer);
  const loader = new DataLoader(asDataset(corpus.train), {
    batchSize: settings.batchSize,
    shuffle: true,
    seed,
    dropLast: true,
    lengthOf: (index) => {
      const { source, target } = corpus.train[index] as Pair;
      return Math.max(source.length, target.length - 1);
    },
    collate: padded,
  });
  if (given.save) {
    const order = orderOf(loader);
    const rates = Float64Array.from({ length: steps }, (_, step) => rate(step).lr);
    await writeRecipe(given.save, { settings, weights: model.stateDict(), corpus, order, rates });
  }
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  let [step, tokens] = [0, 0];
  for (let epoch = 0; step < steps && seconds() < 60 * Number(given.minutes); epoch++) {
    for (const batch of loader.batches({ epoch })) {
      if (step === steps || seconds() >= 60 * Number(given.minutes)) break;
      optimizer.zeroGrad();
      const loss = lossOf(model, batch, { labelSmoothing: settings.labelSmoothing });
      loss.backward();
      clipGradNorm(model.parameters(), settings.clip);
      for (const group of optimizer.paramGroups) group.lr = rate(step).lr;
      optimizer.step();
      if (step % settings.every === 0) {
        console.log(`step ${step}: loss ${(await loss.item()).toFixed(6)}, ${seconds().toFixed(0)} s`);
      }
      step++;
      tokens += batch.source.size + batch.target.size;
    }
    console.log(`epoch ${epoch + 1}: validation loss ${(await validate(model)).toFixed(4)}, ${seconds().toFixed(0)} s`);
  }
  const perSecond = Math.round(tokens / seconds());
  console.log(
    `${step} steps in ${(seconds() / 60).toFixed(1)} minutes, ${perSecond} tokens/s, padding and validation included`,
  );
  const translations = await translate(model);
  console.log(described(translations));
  if (!given.save) return;
  await writeWeights(join(given.save, 'trained.safetensors'), model.stateDict());
  writeFileSync(join(given.save, 'evenkeel.json'), JSON.stringify(translations));
}

/** Each target token from those before it; padding counts nowhere. */
function lossOf(model: Seq2SeqTransformer, batch: PaddedPairs, options: CrossEntropyOptions): Tensor {
  const { source, target, sourcePaddingMask, targetPaddingMask } = batch;
  const length = (target.shape[1] as number) - 1;
  const logits = model.call(source, target.narrow(1, 0, length), {
    sourcePaddingMask,
    targetPaddingMask: targetPaddingMask.narrow(1, 0, length),
  });
  const wanted = target.narrow(1, 1, length).flatten();
  return crossEntropy(logits.flatten(0, 1), wanted, { ignoreIndex: settings.padding[1], ...options });
}

/** Nats per token of the validation set, without smoothing. */
async function validate(model: Seq2SeqTransformer): Promise<number> {
  const { validation } = corpus;
  model.eval();
  let sum = 0;
  for (const batch of new DataLoader(asDataset(validation), { batchSize: 64, collate: padded })) {
    sum += await noGrad(() => lossOf(model, batch, { reduction: 'sum' })).item();
  }
  model.train();
  return sum / validation.reduce((tokens, { target }) => tokens + target.length - 1, 0);
}

/** The ids of the test set's translations, the likeliest token one after the other. */
async function translate(model: Seq2SeqTransformer): Promise<number[][]> {
  const translations: number[][] = [];
  const { start: startToken, end: endToken, longest: maxLength } = settings;
  for (const batch of new DataLoader(asDataset(corpus.test), { batchSize: 50, collate: padded })) {
    const { source, sourcePaddingMask } = batch;
    translations.push(...(await model.generate(source, { startToken, endToken, maxLength, sourcePaddingMask })));
  }
  return translations;
}

function described(translations: readonly number[][]): string {
  const { score, brevityPenalty } = corpusBleu(
    translations.map((ids) => english.decode(ids).trim()),
    [references],
  );
  return `BLEU ${score.toFixed(2)} on ${references.length} test sentences (brevity penalty ${brevityPenalty.toFixed(3)})`;
}

/** Which pairs each step takes, one row after the other. */
function orderOf(loader: { readonly length: number; order(epoch: number): Uint32Array }): Int32Array {
  const size = loader.length * settings.batchSize;
  const epochs = Array.from({ length: Math.ceil(steps / loader.length) }, (_, epoch) =>
    Array.from(loader.order(epoch).subarray(0, size)),
  );
  return Int32Array.from(epochs.flat().slice(0, steps * settings.batchSize));
}
