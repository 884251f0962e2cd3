import { ConfigError, DataError } from '@evenkeel/errors';
import { closeIteration } from '@evenkeel/tensor';
import { type Batch, collate } from './collate.ts';
import type { Dataset } from './dataset.ts';
import type { Sample } from './host-array.ts';
import { HostGenerator, TRANSFORM_STREAMS } from './random/host-generator.ts';
import { runAhead } from './run-ahead.ts';
import { bucketedOrder } from './sequences/bucketed-order.ts';

/** Which batches of which epoch. */
interface EpochPart {
  /** Default 0. */
  epoch?: number;
  /** The first batch; default 0. */
  from?: number;
}

export interface DataLoaderOptions<S, B> {
  /** Samples in a batch; default 1. */
  batchSize?: number;
  /** Whether each epoch has its own random order; default false: the dataset's order. */
  shuffle?: boolean;
  /** Of the random order; default 0. */
  seed?: number;
  /** Whether a last batch with fewer samples is left out; default false. */
  dropLast?: boolean;
  /** Called with each sample and random numbers of its own: augmentation, seeded by seed, epoch and index. */
  transform?: (sample: Awaited<S>, random: HostGenerator) => Awaited<S>;
  /**
   * The length of the sample at an index. When given, samples of like length share a batch (see `bucketBatches`); batches
   * still come in a random order if `shuffle` is set.
   */
  lengthOf?: (index: number) => number;
  /** How many batches are sorted by length together; default 100. Fewer: more random, more padding. */
  bucketBatches?: number;
  /** Makes a batch from samples; default: `collate`, which stacks each field into a tensor. */
  collate?: (samples: Awaited<S>[]) => B;
}

/**
 * Batches of a dataset, epoch by epoch.
 *
 * The order, with what `transform` draws, is a pure function of the seed and the epoch, so a run can be taken up again at any batch:
 * `loader.batches({ epoch, from })`. A plain `for (const batch of loader)` runs one epoch, the next one at each use.
 * Before each batch it closes the iteration (see `closeIteration`), so that evaluation loops do not grow.
 *
 * ```ts
 * const dataset = new ArrayDataset({ x: { data: Float32Array.from({ length: 10 }, (_, index) => index), shape: [5, 2] } });
 * const loader = new DataLoader(dataset, { batchSize: 2 });
 * for (const { x } of loader) console.log(x.shape);
 * // prints [ 2, 2 ]
 * // prints [ 2, 2 ]
 * // prints [ 1, 2 ]
 * const [last] = loader.batches({ epoch: 7, from: 2 });
 * console.log(await last.x.tolist()); // prints [ [ 8, 9 ] ]
 * ```
 *
 * @throws ConfigError for a batch size or `bucketBatches` that is no positive whole number
 */
export class DataLoader<S, B = Batch<Awaited<S>>> implements Iterable<B> {
  readonly dataset: Dataset<S>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  readonly #transform: DataLoaderOptions<S, B>['transform'];
  readonly #lengthOf: DataLoaderOptions<S, B>['lengthOf'];
  readonly #bucketBatches: number;
  readonly #collate: (samples: Awaited<S>[]) => B;
  #epoch = 0;

  constructor(dataset: Dataset<S>, options: DataLoaderOptions<S, B> = {}) {
    this.dataset = dataset;
    this.batchSize = options.batchSize ?? 1;
    this.shuffle = options.shuffle ?? false;
    this.seed = options.seed ?? 0;
    this.dropLast = options.dropLast ?? false;
    this.#transform = options.transform;
    this.#lengthOf = options.lengthOf;
    this.#bucketBatches = options.bucketBatches ?? 100;
    this.#collate = options.collate ?? ((samples) => collate(samples as Sample[]) as B);
    for (const [name, value] of Object.entries({ batchSize: this.batchSize, bucketBatches: this.#bucketBatches })) {
      if (Number.isInteger(value) && value >= 1) continue;
      throw new ConfigError('The batch size of a loader is not usable', {
        got: `${name} ${value}`,
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
  *batches({ epoch = 0, from = 0 }: EpochPart = {}): Generator<B, void, undefined> {
    const order = this.#wholeOrder(epoch);
    for (let batch = from; batch < this.length; batch++) {
      closeIteration();
      yield this.#collate(Array.from(this.#indices(order, batch), (index) => this.#sample(index, epoch)));
    }
  }

  /**
   * The same batches, whose samples are fetched and transformed ahead of time: while a step awaits its result, the next
   * batches are prepared. The dataset's `get` may return promises here (files, network), which run side by side.
   *
   * Tensors are made only when a batch is asked for, as `batches` does. Leaving the loop stops the preparation.
   *
   * @param part.ahead how many batches are prepared beyond the one in use; default 2
   * @throws ConfigError if `ahead` is no positive whole number
   *
   * @example
   * for await (const { image, label } of loader.prefetch({ epoch })) await trainingStep(image, label);
   */
  async *prefetch({
    epoch = 0,
    from = 0,
    ahead = 2,
  }: EpochPart & { ahead?: number } = {}): AsyncGenerator<B, void, undefined> {
    const order = this.#wholeOrder(epoch);
    const prepare = (batch: number) => async () => {
      return Promise.all(Array.from(this.#indices(order, batch), async (index) => this.#samplePromise(index, epoch)));
    };
    const jobs = Array.from({ length: Math.max(this.length - from, 0) }, (_, position) => prepare(from + position));
    for await (const samples of runAhead(jobs, ahead)) {
      closeIteration();
      yield this.#collate(samples);
    }
  }

  /** One epoch; the next one at each use. */
  [Symbol.iterator](): Generator<B, void, undefined> {
    return this.batches({ epoch: this.#epoch++ });
  }

  /** The dataset's indices in the order in which an epoch takes them. */
  order(epoch: number): Uint32Array {
    const { length } = this.dataset;
    const random = this.shuffle ? new HostGenerator(this.seed, epoch) : undefined;
    const order = random?.permutation(length) ?? new Uint32Array(length).map((_, index) => index);
    if (!this.#lengthOf) return order;
    return bucketedOrder(order, this.#lengthOf, {
      batchSize: this.batchSize,
      poolBatches: this.#bucketBatches,
      random,
    });
  }

  #wholeOrder(epoch: number): Uint32Array {
    if (this.length > 0) return this.order(epoch);
    throw new DataError('A loader has no batch to give', {
      got: `${this.dataset.length} samples, batchSize ${this.batchSize}, dropLast ${this.dropLast}`,
      remedy: 'use a smaller batch size or more data',
    });
  }

  #indices(order: Uint32Array, batch: number): Uint32Array {
    return order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
  }

  #sample(index: number, epoch: number): Awaited<S> {
    const sample = this.dataset.get(index);
    if (!(sample instanceof Promise)) return this.#transformed(sample as Awaited<S>, index, epoch);
    throw new DataError('The dataset gives promises of samples, and a plain loop does not wait', {
      remedy: 'use for await (const batch of loader.prefetch({ epoch }))',
    });
  }

  async #samplePromise(index: number, epoch: number): Promise<Awaited<S>> {
    return this.#transformed(await this.dataset.get(index), index, epoch);
  }

  #transformed(sample: Awaited<S>, index: number, epoch: number): Awaited<S> {
    if (!this.#transform) return sample;
    // A stream for each index of each epoch: what happens to a sample does not depend on the order or on a resumed run.
    return this.#transform(
      sample,
      new HostGenerator(this.seed, TRANSFORM_STREAMS + epoch * this.dataset.length + index),
    );
  }
}
