import { ConfigError } from '@evenkeel/errors';

/** What training takes batches from; a `DataLoader` is one. */
export interface BatchSource<B> {
  /** Batches in one epoch. */
  readonly length: number;
  /** The batches of one epoch from batch number `from` on; the same ones whenever they are asked for. */
  batches(position: { epoch: number; from: number }): IterableIterator<B>;
}

/** The next batch to be given: its epoch and its number in it. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/**
 * The batches of all epochs in one row, with a position at which another stream can go on.
 *
 * ```ts
 * const loader = new DataLoader(new ArrayDataset({ x: Float32Array.of(1, 2, 3) }), { batchSize: 2 });
 * const stream = new BatchStream(loader);
 * stream.next();
 * const { position } = stream; // what a checkpoint keeps
 * console.log(position, await stream.next().x.tolist()); // prints { epoch: 0, batch: 1 } [ 3 ]
 * console.log(await new BatchStream(loader, position).next().x.tolist()); // prints [ 3 ]
 * console.log(stream.position); // prints { epoch: 1, batch: 0 }
 * ```
 *
 * @param position where to begin; default the first batch of epoch 0
 * @throws ConfigError for a source without a batch, and from `next` where it gives fewer batches than its length
 */
export class BatchStream<B> {
  readonly #source: BatchSource<B>;
  #iterator: IterableIterator<B> | undefined;
  #epoch: number;
  #batch: number;

  constructor(source: BatchSource<B>, position: Position = { epoch: 0, batch: 0 }) {
    this.#source = source;
    this.#epoch = position.epoch;
    this.#batch = position.batch;
    if (source.length < 1) {
      throw new ConfigError('There is nothing to train on', {
        got: 'data without a single batch',
        remedy: 'use a smaller batch size or more data',
      });
    }
  }

  /** Where the next batch comes from. */
  get position(): Position {
    return { epoch: this.#epoch, batch: this.#batch };
  }

  next(): B {
    this.#iterator ??= this.#source.batches({ epoch: this.#epoch, from: this.#batch });
    const { done, value } = this.#iterator.next();
    if (done) {
      throw new ConfigError('The data ended before its length', {
        got: `no batch ${this.#batch} in epoch ${this.#epoch}`,
        expected: `${this.#source.length} batches`,
      });
    }
    this.#batch++;
    if (this.#batch === this.#source.length) {
      this.#epoch++;
      this.#batch = 0;
      this.#iterator = undefined;
    }
    return value;
  }
}
