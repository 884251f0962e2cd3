import type { Variant } from '../kernels/variant.ts';

/** Milliseconds of one run of a variant, from several in a row; infinitely many where the device refuses it. */
export type Clock = (variant: Variant, runs: number) => Promise<number>;

/** Milliseconds that are long enough to be measured, and how long a comparison may take beyond its first look. */
const enough = 5;
const mostInAll = 1000;
/** A first run of so many milliseconds, and so many times as long as the best, is the only one. */
const slow = 50;
const clear = 4;
/** A first look at a variant that takes so many times as long as the best is the last one. */
const hopeless = 1.5;
/** How much faster than the first variant another has to be. */
const margin = 0.95;

/** The fastest of some variants, which take turns, by their medians; the first one unless another is clearly faster. */
export async function fastest(variants: readonly Variant[], clock: Clock): Promise<Variant> {
  const first = variants[0] as Variant;
  const looked: { readonly variant: Variant; readonly once: number; readonly times: number[] }[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const variant of variants) {
    // The first run warms up; what takes long is that slow.
    const warming = await clock(variant, 1);
    const isSlow = warming > slow && warming > best * clear;
    const once = isSlow ? warming : await clock(variant, 1);
    best = Math.min(best, once);
    looked.push({ variant, once, times: [] });
  }
  const hopeful = looked.filter(({ variant, once }) => variant === first || once <= best * hopeless);
  const runs = Math.max(1, Math.min(100, Math.ceil(enough / best)));
  const turn = hopeful.reduce((sum, { once }) => sum + once * runs, 0);
  const turns = [5, 3].find((count) => count * turn <= mostInAll) ?? 1;
  for (let t = 0; t < turns; t++) for (const { variant, times } of hopeful) times.push(await clock(variant, runs));
  const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] as number;
  const medians = hopeful.map(({ times }) => median(times));
  const least = medians.indexOf(Math.min(...medians));
  const usual = medians[hopeful.findIndex(({ variant }) => variant === first)] as number;
  return (medians[least] as number) < usual * margin ? (hopeful[least] as (typeof hopeful)[number]).variant : first;
}
