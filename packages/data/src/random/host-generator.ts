import { ConfigError } from '@evenkeel/errors';
import { philox4x32 } from '@evenkeel/tensor';

/** Streams by purpose. A loader's are its epochs, from 0 up; these are out of their reach. */
export const TRANSFORM_STREAMS = 2 ** 51;
export const SPLIT_STREAM = 2 ** 52;
export const DATES_STREAM = 2 ** 52 + 1;
export const FOLD_STREAM = 2 ** 52 + 2;

/**
 * Random numbers on the host for data: which samples, in which order. The device is not asked.
 *
 * The same `seed` and `stream` give the same numbers on every machine; streams of one seed are independent (Philox
 * 4x32-10, Salmon et al. 2011, as the devices').
 *
 * ```ts
 * const shuffled = new HostGenerator(42).permutation(5);
 * console.log([...shuffled].sort().join(' ')); // prints 0 1 2 3 4
 * console.log(new HostGenerator(42).permutation(5).join() === shuffled.join()); // prints true
 * console.log(new HostGenerator(42, 1).uint32() === new HostGenerator(42).uint32()); // prints false
 * ```
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param stream a whole number from 0 to 2^53 - 1: an epoch, a purpose. Default 0
 * @throws ConfigError for another seed or stream
 */
export class HostGenerator {
  readonly #key: [number, number];
  readonly #stream: [number, number];
  #block: readonly number[] = [];
  #blocks = 0;
  #used = 4;

  constructor(seed: number, stream = 0) {
    this.#key = words(seed, 'seed');
    this.#stream = words(stream, 'stream');
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    if (this.#used === 4) {
      const low = this.#blocks | 0;
      const high = Math.floor(this.#blocks / 0x100000000) | 0;
      this.#block = philox4x32([low, high, ...this.#stream], this.#key);
      this.#blocks++;
      this.#used = 0;
    }
    return this.#block[this.#used++] as number;
  }

  /** A whole number from 0 to `limit - 1`, each equally likely; `limit` is from 1 to 2^32. */
  below(limit: number): number {
    // Numbers in the last, incomplete stretch would favor the small ones, so they are drawn again.
    const end = Math.floor(0x100000000 / limit) * limit;
    let drawn = this.uint32();
    while (drawn >= end) drawn = this.uint32();
    return drawn % limit;
  }

  /** A number from `low` (default 0) up to but not `high` (default 1), in steps of 2^-32 of the range. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 0x100000000);
  }

  /** The numbers 0 to `length - 1` in a random order (Fisher-Yates). */
  permutation(length: number): Uint32Array {
    const order = new Uint32Array(length).map((_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const held = order[last] as number;
      order[last] = order[other] as number;
      order[other] = held;
    }
    return order;
  }
}

function words(value: number, name: string): [number, number] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ConfigError(`The ${name} of a random generator is not usable`, {
      got: `${name} ${value}`,
      expected: 'a whole number from 0 to 9007199254740991',
    });
  }
  return [value | 0, Math.floor(value / 0x100000000) | 0];
}
