import {
  DATE_VOCABULARY_SIZE,
  DataLoader,
  type DateSample,
  type DatesDataset,
  datesTask,
  decodeTarget,
  END,
  PADDING,
  START,
  TARGET_LENGTH,
} from '@evenkeel/data';
import { ConfigError } from '@evenkeel/errors';
import { Seq2SeqTransformer } from '@evenkeel/models';
import { crossEntropy } from '@evenkeel/nn-layers';
import type { Tensor } from '@evenkeel/tensor';
import { loadModel, meanLoss } from '@evenkeel/trainer';
import type { RunConfig } from '../run-config.ts';
import { readDate } from './read-date.ts';
import type { Job, Task } from './task.ts';

type DateBatch = { readonly [Name in keyof DateSample]: Tensor };

const EVALUATION_BATCH = 250;
const SHOWN = 12;

/** Translates written dates to ISO: an encoder-decoder Transformer, and every trick that keeps its training stable. */
export const dates: Task = {
  defaults: {
    task: 'dates',
    seed: 0,
    steps: 900,
    batchSize: 64,
    optimizer: { lr: 3e-3, betas: [0.9, 0.98], weightDecay: 0.01 },
    schedule: { warmupSteps: 100 },
    clip: 1,
    labelSmoothing: 0.1,
    model: { dModel: 64, heads: 4, layers: 2, feedforward: 256, dropout: 0.05 },
    validation: { every: 100, patience: 0 },
    checkpoints: { every: 100, keepLast: 3 },
    backend: 'wasm',
    precision: 'float32',
    data: { path: '', sha256: '' },
    vocabulary: '',
  },

  example: '"march 3, 1987"',

  configure: async (config) => config,

  async prepare(config): Promise<Job> {
    const { train, validation, test } = datesTask({ seed: config.seed });
    const model = buildModel(config);
    const loss = (labelSmoothing: number) => (batch: DateBatch) =>
      crossEntropy(logits(model, batch).flatten(0, 1), batch.output.flatten(), { labelSmoothing });
    const job: Job<DateBatch> = {
      model,
      data: new DataLoader(train, { batchSize: config.batchSize, shuffle: true, seed: config.seed, dropLast: true }),
      loss: loss(config.labelSmoothing),
      validation: {
        evaluate: () => meanLoss(new DataLoader(validation, { batchSize: EVALUATION_BATCH }), loss(0)),
      },
      async finish(tell, breathe) {
        const answers = await translate(model, test, breathe);
        const right = answers.filter((answer, index) => answer === test.pair(index).iso).length;
        tell(`some of the ${test.length} test days, which occur in training in no form:`);
        for (let index = 0; index < Math.min(SHOWN, test.length); index++) {
          const { written, iso } = test.pair(index);
          const verdict = answers[index] === iso ? '' : `  (wrong: ${iso})`;
          tell(`  ${written.padEnd(30)} ${answers[index]}${verdict}`);
        }
        tell(`exact match: ${right} of ${test.length} (${((100 * right) / test.length).toFixed(1)} %)`);
        return { exactMatch: right / test.length };
      },
    };
    return job;
  },

  async predict(config, weights, { inputs }) {
    if (inputs.length === 0)
      throw new ConfigError('There is no date to read', { remedy: `give one: ${dates.example}` });
    const model = buildModel(config);
    loadModel(model, weights);
    model.eval();
    const width = Math.max(0, ...inputs.map((input) => input.length));
    const predictions = [];
    for (const input of inputs) {
      const { iso, reason } = await readDate(model, input);
      predictions.push({ output: iso, text: `${input.padEnd(width)}  ${iso ?? `no date: ${reason}`}` });
    }
    return predictions;
  },
};

function buildModel({ model: { dModel, heads, layers, feedforward, dropout } }: RunConfig): Seq2SeqTransformer {
  return new Seq2SeqTransformer(DATE_VOCABULARY_SIZE, DATE_VOCABULARY_SIZE, {
    dModel: dModel!,
    nhead: heads!,
    numEncoderLayers: layers!,
    numDecoderLayers: layers!,
    dimFeedforward: feedforward!,
    dropout: dropout!,
    maxLength: 32,
  });
}

function logits(model: Seq2SeqTransformer, { source, input }: Pick<DateBatch, 'source' | 'input'>): Tensor {
  return model.call(source, input, { sourcePaddingMask: source.eq(PADDING) });
}

async function translate(
  model: Seq2SeqTransformer,
  dataset: DatesDataset,
  breathe: () => Promise<void>,
): Promise<string[]> {
  const answers: string[] = [];
  for (const { source } of new DataLoader(dataset, { batchSize: EVALUATION_BATCH })) {
    await breathe();
    const ids = await model.generate(source, {
      startToken: START,
      endToken: END,
      maxLength: TARGET_LENGTH,
      sourcePaddingMask: source.eq(PADDING),
    });
    answers.push(...ids.map(decodeTarget));
  }
  return answers;
}
