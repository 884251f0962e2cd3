/** A stream of numbers in [0, 1) that depends on its seed alone (Mulberry32, public domain): cases are the same at every run. */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How to draw one element of an input: `i` counts them, `n` is how many there are. */
export type Draw = (random: () => number, i: number, n: number) => number;

export const between =
  (low: number, high: number): Draw =>
  (random) =>
    low + (high - low) * random();

/** From -3 to 3, often a whole number: ties, zeros, both signs. */
export const mixed: Draw = (random) => {
  const value = 6 * random() - 3;
  return random() < 0.3 ? Math.round(value) : value;
};

/** Of any magnitude that float32 holds as a normal number, of both signs unless `signed` is false. */
export const anyMagnitude =
  (lowest = -126, highest = 127, signed = true): Draw =>
  (random) => {
    const size = 2 ** (lowest + (highest - lowest) * random());
    return signed && random() < 0.5 ? -size : size;
  };

export const integersBetween =
  (low: number, high: number): Draw =>
  (random) =>
    low + Math.floor((high - low + 1) * random());

/** Both signs, of a magnitude in a range. */
export const magnitude =
  (low: number, high: number): Draw =>
  (random) =>
    (random() < 0.5 ? -1 : 1) * (low + (high - low) * random());

/** All different, evenly spaced over [-2, 2] in mixed order: no two within 4/n of each other. */
export const distinct: Draw = (_random, i, n) => {
  let step = 7919 % n || 1;
  while (gcd(step, n) !== 1) step++;
  return -2 + (4 * ((i * step) % n)) / n;
};

/** Some fraction of a whole number, away from where steps and kinks are. */
export const betweenSteps: Draw = (random) => Math.floor(8 * random() - 4) + 0.1 + 0.3 * random();

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
