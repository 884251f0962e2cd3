import type { Tensor } from '@evenkeel/tensor';

/** How many values a sample has at least. */
const wanted = 6000;
/** How many standard errors a sample's mean and deviation may be off. */
const errors = 5;

/** Values of as many draws as make a large sample. */
export async function collect(draw: () => Tensor): Promise<Float64Array> {
  const first = await draw().data();
  const rounds = Math.max(1, Math.ceil(wanted / first.length));
  const sample = new Float64Array(rounds * first.length);
  sample.set(first);
  for (let round = 1; round < rounds; round++) sample.set(await draw().data(), round * first.length);
  return sample;
}

/** Mean and deviation within their standard errors. */
export function checkMoments(sample: Float64Array, mean: number, std: number): string[] {
  const count = sample.length;
  const gotMean = sample.reduce((sum, value) => sum + value, 0) / count;
  const gotStd = Math.sqrt(sample.reduce((sum, value) => sum + (value - gotMean) ** 2, 0) / (count - 1));
  const problems: string[] = [];
  const meanError = (errors * std) / Math.sqrt(count);
  // The deviation of a normal sample's deviation; that of flatter distributions is smaller.
  const stdError = (errors * std) / Math.sqrt(2 * count);
  if (!(Math.abs(gotMean - mean) <= meanError)) problems.push(`mean: got ${gotMean}, want ${mean} ± ${meanError}`);
  if (!(Math.abs(gotStd - std) <= stdError)) problems.push(`std: got ${gotStd}, want ${std} ± ${stdError}`);
  return problems;
}

/** Nothing outside, and for a uniform distribution something near both ends. */
export function checkRange(sample: Float64Array, low: number, high: number, reachesEnds: boolean): string[] {
  const [least, most] = [Math.min(...sample), Math.max(...sample)];
  const rounding = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
  // A uniform sample of n comes within 10/n of its range to an end but for once in e^10 times.
  const reach = reachesEnds ? (10 * (high - low)) / sample.length : Number.POSITIVE_INFINITY;
  const fits = least >= low - rounding && most <= high + rounding && least <= low + reach && most >= high - reach;
  return fits ? [] : [`range: got [${least}, ${most}], want [${low}, ${high}]`];
}
