import { CharacterVocabulary, DataLoader, TextDataset, type TextWindow } from '@evenkeel/data';
import { readText } from '@evenkeel/data/node';
import { ConfigError } from '@evenkeel/errors';
import { GPT } from '@evenkeel/models';
import { crossEntropy } from '@evenkeel/nn-layers';
import { Generator, type Tensor } from '@evenkeel/tensor';
import { loadModel, meanLoss } from '@evenkeel/trainer';
import type { RunConfig } from '../run-config.ts';
import { fingerprint, requireSameFingerprint } from './fingerprint.ts';
import type { Job, Task } from './task.ts';

type TextBatch = { readonly [Name in keyof TextWindow]: Tensor };

const EVALUATION_BATCH = 32;
/** Windows in a validation during training; the last one reads all of the held-out text. */
const VALIDATION_WINDOWS = 256;
/** The part of the text, at its end, that is held out. */
const HELD_OUT = 0.1;
const SAMPLE_LENGTH = 400;
const SAMPLE_TEMPERATURE = 0.8;

/** Learns any text character by character: a small GPT. */
export const chars: Task = {
  defaults: {
    task: 'chars',
    seed: 0,
    steps: 1600,
    batchSize: 16,
    optimizer: { lr: 2e-3, betas: [0.9, 0.99], weightDecay: 0.1 },
    schedule: { warmupSteps: 100 },
    clip: 1,
    labelSmoothing: 0,
    model: { dModel: 128, heads: 4, layers: 4, context: 64, dropout: 0 },
    validation: { every: 250, patience: 0 },
    checkpoints: { every: 250, keepLast: 3 },
    backend: 'wasm',
    precision: 'float32',
    data: { path: '', sha256: '' },
    vocabulary: '',
  },

  example: '"To be"',

  async configure(config, source) {
    if (source === undefined) {
      throw new ConfigError('chars needs a text to learn', { remedy: 'name one with --text <file>' });
    }
    const vocabulary = CharacterVocabulary.of(readText(source)).characters.join('');
    return { ...config, vocabulary, data: { path: source, sha256: await fingerprint([source]) } };
  },

  async prepare(config): Promise<Job> {
    const text = readText(config.data.path);
    requireSameFingerprint(config, await fingerprint([config.data.path]));
    const vocabulary = new CharacterVocabulary(config.vocabulary);
    const ids = vocabulary.encode(text);
    const context = config.model['context']!;
    const cut = Math.floor(ids.length * (1 - HELD_OUT));
    const train = new TextDataset(ids.subarray(0, cut), { context });
    const heldOut = ids.subarray(cut);
    const validation = new TextDataset(heldOut, { context, stride: context });
    const stride = Math.max(context, Math.floor(heldOut.length / VALIDATION_WINDOWS));
    const sparse = new TextDataset(heldOut, { context, stride });
    const model = buildModel(config);
    const loss = ({ input, target }: TextBatch) => crossEntropy(model.call(input).flatten(0, 1), target.flatten());
    const measure = (dataset: TextDataset, breathe = async () => {}) =>
      meanLoss(new DataLoader(dataset, { batchSize: EVALUATION_BATCH }), loss, ({ input }) => input.shape[0]!, breathe);
    const job: Job<TextBatch> = {
      model,
      data: new DataLoader(train, { batchSize: config.batchSize, shuffle: true, seed: config.seed, dropLast: true }),
      loss,
      validation: { evaluate: () => measure(sparse) },
      async finish(tell, breathe) {
        model.eval();
        const { loss: validationLoss } = await measure(validation, breathe);
        tell(
          `validation loss: ${validationLoss.toFixed(4)} nats per character, on the last ${heldOut.length} characters`,
        );
        const start = text.slice(0, Math.max(1, text.indexOf('\n') + 1));
        tell(`what it writes:\n${start}${await write(model, vocabulary, start, {})}`);
        return { validationLoss };
      },
    };
    return job;
  },

  async predict(config, weights, { inputs, length, temperature, seed }) {
    const vocabulary = new CharacterVocabulary(config.vocabulary);
    const model = buildModel(config);
    loadModel(model, weights);
    const predictions = [];
    // Without a beginning it makes its own, from the first character it knows (a line break, in most texts).
    for (const input of inputs.length > 0 ? inputs : [vocabulary.characters[0]!]) {
      const output = await write(model, vocabulary, input, { length, temperature, seed });
      predictions.push({ output, text: `${input}${output}` });
    }
    return predictions;
  },
};

function buildModel({ vocabulary, model: { dModel, heads, layers, context, dropout } }: RunConfig): GPT {
  return new GPT([...vocabulary].length, {
    dModel: dModel!,
    nhead: heads!,
    numLayers: layers!,
    contextLength: context!,
    dropout: dropout!,
  });
}

/** The text that a model writes after another. */
async function write(
  model: GPT,
  vocabulary: CharacterVocabulary,
  start: string,
  { length = SAMPLE_LENGTH, temperature = SAMPLE_TEMPERATURE, seed = 0 },
): Promise<string> {
  const prompt = [...vocabulary.encode(start)];
  const generator = new Generator(seed);
  const [ids = []] = await model.generate([prompt], { maxNewTokens: length, temperature, generator });
  return vocabulary.decode(ids);
}
