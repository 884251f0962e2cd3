import { ConfigError, DataError } from '@evenkeel/errors';
import { closeIteration } from '@evenkeel/tensor';
import { type Batch, collate } from './collate.ts';
import type { Dataset } from './dataset.ts';
import type { Sample } from './host-array.ts';
import { HostGenerator } from './random/host-generator.ts';

export interface DataLoaderOptions<S, B> {
  /** Samples in a batch; default 1. */
  batchSize?: number;
  /** Whether each epoch has its own random order; default false: the dataset's order. */
  shuffle?: boolean;
  /** Of the random order; default 0. */
  seed?: number;
  /** Whether a last batch with fewer samples is left out; default false. */
  dropLast?: boolean;
  /** Makes a batch from samples; default: `collate`, which stacks each field into a tensor. */
  collate?: (samples: S[]) => B;
}

/**
 * Batches of a dataset, epoch by epoch.
 *
 * The order is a pure function of the seed and the epoch, so a run can be taken up again at any batch:
 * `loader.batches({ epoch, from })`. A plain `for (const batch of loader)` runs one epoch, the next one at each use.
 * Before each batch it closes the iteration (see `closeIteration`), so that evaluation loops do not grow.
 *
 * @throws ConfigError for a batch size that is no positive whole number
 */
export class DataLoader<S, B = Batch<S>> implements Iterable<B> {
  readonly dataset: Dataset<S>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  readonly #collate: (samples: S[]) => B;
  #epoch = 0;

  constructor(dataset: Dataset<S>, options: DataLoaderOptions<S, B> = {}) {
    this.dataset = dataset;
    this.batchSize = options.batchSize ?? 1;
    this.shuffle = options.shuffle ?? false;
    this.seed = options.seed ?? 0;
    this.dropLast = options.dropLast ?? false;
    this.#collate = options.collate ?? ((samples) => collate(samples as Sample[]) as B);
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1) {
      throw new ConfigError('The batch size of a loader is not usable', {
        got: `batchSize ${this.batchSize}`,
        expected: 'a whole number of at least 1',
      });
    }
  }

  /** Batches in one epoch. */
  get length(): number {
    const whole = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  /** The batches of one epoch, starting with batch number `from`. */
  *batches({ epoch = 0, from = 0 }: { epoch?: number; from?: number } = {}): Generator<B, void, undefined> {
    if (this.length === 0) {
      throw new DataError('A loader has no batch to give', {
        got: `${this.dataset.length} samples, batchSize ${this.batchSize}, dropLast ${this.dropLast}`,
        remedy: 'use a smaller batch size or more data',
      });
    }
    const order = this.order(epoch);
    for (let batch = from; batch < this.length; batch++) {
      closeIteration();
      const indices = order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
      yield this.#collate(Array.from(indices, (index) => this.dataset.get(index)));
    }
  }

  /** One epoch; the next one at each use. */
  [Symbol.iterator](): Generator<B, void, undefined> {
    return this.batches({ epoch: this.#epoch++ });
  }

  /** The dataset's indices in the order in which an epoch takes them. */
  order(epoch: number): Uint32Array {
    if (this.shuffle) return new HostGenerator(this.seed, epoch).permutation(this.dataset.length);
    return Uint32Array.from({ length: this.dataset.length }, (_, index) => index);
  }
}
