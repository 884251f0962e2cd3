import { DataLoader, type LabeledImage, randomSplit } from '@evenkeel/data';
import { imageFolderFiles, readIdxFile, readImageFolder } from '@evenkeel/data/node';
import { ConfigError, DataError, IndexError } from '@evenkeel/errors';
import { MLP } from '@evenkeel/models';
import { crossEntropy } from '@evenkeel/nn-layers';
import { noGrad, type Tensor, tensor } from '@evenkeel/tensor';
import { loadModel } from '@evenkeel/trainer';
import type { RunConfig } from '../run-config.ts';
import { fingerprint, requireSameFingerprint } from './fingerprint.ts';
import type { Job, Task } from './task.ts';

type ImageBatch = { readonly [Name in keyof LabeledImage]: Tensor };

const EVALUATION_BATCH = 500;
/** One image in so many is held out of training for validation. */
const HELD_OUT = 12;

/** Reads handwritten digits: a multilayer perceptron with LayerNorm on MNIST or images in its format. */
export const digits: Task = {
  defaults: {
    task: 'digits',
    seed: 0,
    steps: 2000,
    batchSize: 128,
    optimizer: { lr: 2e-3, betas: [0.9, 0.999], weightDecay: 0.01 },
    schedule: { warmupSteps: 100 },
    clip: 1,
    labelSmoothing: 0.05,
    model: { height: 28, width: 28, classes: 10, hidden: 256, layers: 2, dropout: 0.1 },
    validation: { every: 200, patience: 5 },
    checkpoints: { every: 200, keepLast: 3 },
    backend: 'wasm',
    precision: 'float32',
    data: { path: '', sha256: '' },
    vocabulary: '',
  },

  example: 't10k-images-idx3-ubyte.gz 0 1 2',

  async configure(config, source) {
    if (source === undefined) {
      throw new ConfigError('digits needs images to learn from', {
        expected: 'a folder with the four IDX files of MNIST, each with or without .gz',
        remedy: 'name it with --data <folder>',
      });
    }
    const { height, width } = readImageFolder(source).train;
    const sha256 = await fingerprint(imageFolderFiles(source));
    return { ...config, model: { ...config.model, height, width }, data: { path: source, sha256 } };
  },

  async prepare(config): Promise<Job> {
    requireSameFingerprint(config, await fingerprint(imageFolderFiles(config.data.path)));
    const { train, test } = readImageFolder(config.data.path);
    const heldOut = Math.floor(train.length / HELD_OUT);
    const [training, validation] = randomSplit(train, [train.length - heldOut, heldOut], { seed: config.seed });
    const model = buildModel(config);
    const loss = (labelSmoothing: number) => (batch: ImageBatch) =>
      crossEntropy(model.call(batch.image.flatten(1)), batch.label, { labelSmoothing });
    const job: Job<ImageBatch> = {
      model,
      data: new DataLoader(training!, {
        batchSize: config.batchSize,
        shuffle: true,
        seed: config.seed,
        dropLast: true,
      }),
      loss: loss(config.labelSmoothing),
      validation: {
        monitor: 'accuracy',
        goal: 'maximize',
        evaluate: async () => ({
          accuracy: await accuracy(model, new DataLoader(validation!, { batchSize: EVALUATION_BATCH })),
        }),
      },
      async finish(tell, breathe) {
        model.eval();
        const share = await accuracy(model, new DataLoader(test, { batchSize: EVALUATION_BATCH }), breathe);
        tell(`test accuracy: ${(100 * share).toFixed(2)} % of ${test.length} images`);
        return { accuracy: share };
      },
    };
    return job;
  },

  async predict(config, weights, { inputs: [path, ...indices] }) {
    if (path === undefined) {
      throw new ConfigError('digits needs an image to read', {
        expected: 'an IDX file of images and the numbers of those to read, from 0',
        remedy: 'for example: evenkeel predict runs/digits t10k-images-idx3-ubyte.gz 0 1 2',
      });
    }
    const { height, width } = config.model as { height: number; width: number };
    const images = readIdxFile(path);
    const [count = 0, ...size] = images.shape;
    if (!(images.data instanceof Uint8Array) || String(size) !== String([height, width])) {
      throw new DataError(`${path} does not hold images this model can read`, {
        got: `${images.data.constructor.name} of shape [${images.shape.join(', ')}]`,
        expected: `bytes of shape [N, ${height}, ${width}]`,
      });
    }
    const model = buildModel(config);
    loadModel(model, weights);
    model.eval();
    const predictions = [];
    for (const index of indices.length > 0 ? indices.map(Number) : [0]) {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new IndexError('There is no such image', { got: String(index), expected: `0 to ${count - 1}` });
      }
      const pixels = images.data.subarray(index * height * width, (index + 1) * height * width);
      const probabilities = await noGrad(() => {
        const input = tensor(
          Float32Array.from(pixels, (pixel) => pixel / 255),
          { shape: [1, height * width] },
        );
        return model.call(input).softmax(-1);
      }).data();
      const digit = probabilities.indexOf(Math.max(...probabilities));
      const sure = `${(100 * probabilities[digit]!).toFixed(1)} %`;
      predictions.push({ output: digit, text: `image ${index}: ${digit} (${sure})\n${draw(pixels, width)}` });
    }
    return predictions;
  },
};

function buildModel({ model: { height, width, classes, hidden, layers, dropout } }: RunConfig): MLP {
  return new MLP(height! * width!, classes!, {
    hidden: Array.from({ length: layers! }, () => hidden!),
    norm: 'layer',
    activation: 'gelu',
    dropout: dropout!,
  });
}

/** The share of images whose likeliest class is the right one. */
async function accuracy(
  model: MLP,
  batches: Iterable<ImageBatch>,
  breathe: () => Promise<void> = async () => {},
): Promise<number> {
  let right = 0;
  let count = 0;
  for (const { image, label } of batches) {
    await breathe();
    const hits = noGrad(() => model.call(image.flatten(1)).argmax(-1).eq(label).to('float32').sum());
    right += await hits.item();
    count += image.shape[0]!;
  }
  return right / count;
}

/** An image in characters, two rows in one line. */
function draw(pixels: Uint8Array, width: number): string {
  const lines: string[] = [];
  const dark = (index: number) => (pixels[index] ?? 0) >= 128;
  for (let row = 0; row < pixels.length; row += 2 * width) {
    const cells = Array.from({ length: width }, (_, column) => {
      const upper = dark(row + column);
      const lower = dark(row + width + column);
      return upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    });
    lines.push(cells.join('').trimEnd());
  }
  return lines.filter(Boolean).join('\n');
}
