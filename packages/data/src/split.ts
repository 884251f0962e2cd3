import { ConfigError } from '@evenkeel/errors';
import { type Dataset, Subset } from './dataset.ts';
import { HostGenerator, SPLIT_STREAM } from './random/host-generator.ts';

/**
 * Cuts a dataset at random into parts that do not overlap.
 *
 * @param lengths sample counts that add up to the dataset's, or fractions that add up to 1; as in PyTorch, samples
 *   left over by rounding fractions down go to the first parts, one each
 * @param options.seed default 0; the same seed gives the same parts
 * @throws ConfigError if the lengths do not add up
 */
export function randomSplit<S>(
  dataset: Dataset<S>,
  lengths: readonly number[],
  { seed = 0 }: { seed?: number } = {},
): Subset<S>[] {
  const counts = wholeCounts(lengths, dataset.length);
  const order = new HostGenerator(seed, SPLIT_STREAM).permutation(dataset.length);
  let start = 0;
  return counts.map((count) => {
    start += count;
    return new Subset(dataset, order.subarray(start - count, start));
  });
}

function wholeCounts(lengths: readonly number[], total: number): number[] {
  const sum = lengths.reduce((partial, length) => partial + length, 0);
  const negative = lengths.some((length) => !(length >= 0));
  if (!negative && sum === total && lengths.every(Number.isInteger)) return [...lengths];
  if (negative || Math.abs(sum - 1) > 1e-9) {
    throw new ConfigError('The parts of a split do not add up to the dataset', {
      got: `${lengths.join(' + ')} = ${sum}`,
      expected: `sample counts that add up to ${total}, or fractions that add up to 1`,
    });
  }
  const counts = lengths.map((fraction) => Math.floor(fraction * total));
  let left = total - counts.reduce((partial, count) => partial + count, 0);
  for (let part = 0; left > 0; part = (part + 1) % counts.length, left--) counts[part] = (counts[part] as number) + 1;
  return counts;
}
