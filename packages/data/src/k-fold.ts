import { ConfigError } from '@evenkeel/errors';
import { type Dataset, Subset } from './dataset.ts';
import { FOLD_STREAM, HostGenerator } from './random/host-generator.ts';

/** One round of cross-validation. */
export interface Fold<S> {
  readonly train: Subset<S>;
  readonly validation: Subset<S>;
}

/**
 * The rounds of k-fold cross-validation: each sample is in the validation part of exactly one. The parts are drawn at
 * random and differ in size by at most one.
 *
 * @param options.seed default 0; the same seed gives the same parts
 * @throws ConfigError if `folds` is no whole number from 2 to the number of samples
 */
export function kFold<S>(dataset: Dataset<S>, folds: number, { seed = 0 }: { seed?: number } = {}): Fold<S>[] {
  const { length } = dataset;
  if (!Number.isInteger(folds) || folds < 2 || folds > length) {
    throw new ConfigError('A dataset cannot be cut into this many folds', {
      got: `${folds} folds of ${length} samples`,
      expected: `a whole number from 2 to ${length}`,
    });
  }
  const order = new HostGenerator(seed, FOLD_STREAM).permutation(length);
  return Array.from({ length: folds }, (_, fold) => {
    const [start, end] = [Math.floor((fold * length) / folds), Math.floor(((fold + 1) * length) / folds)];
    const train = order.filter((_, place) => place < start || place >= end);
    return { train: new Subset(dataset, train), validation: new Subset(dataset, order.subarray(start, end)) };
  });
}
