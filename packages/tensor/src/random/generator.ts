import { ConfigError } from '@evenkeel/errors';

/** A generator's place in its stream: enough to go on exactly from there. */
export interface GeneratorState {
  readonly seed: number;
  /** Random numbers drawn so far. */
  readonly offset: number;
}

/**
 * A stream of random numbers that is a function of its seed alone (Philox 4x32-10, counter-based): the same bits on every
 * backend. Each draw takes as many positions of the stream as it makes numbers.
 */
export class Generator {
  #seed: number;
  #offset = 0;

  /** @param seed an integer from 0 to 2⁵³ - 1 */
  constructor(seed = 0) {
    this.#seed = expectSeed(seed);
  }

  /** Begins the stream of another seed. */
  manualSeed(seed: number): this {
    this.#seed = expectSeed(seed);
    this.#offset = 0;
    return this;
  }

  getState(): GeneratorState {
    return { seed: this.#seed, offset: this.#offset };
  }

  setState({ seed, offset }: GeneratorState): void {
    this.#seed = expectSeed(seed);
    this.#offset = expectSeed(offset);
  }

  /** @internal Takes `count` positions; the seed's and the first position's low and high words. */
  reserve(count: number): [number, number, number, number] {
    const first = this.#offset;
    this.#offset += count;
    return [low(this.#seed), high(this.#seed), low(first), high(first)];
  }
}

/** The generator of everything that is not given another: initialization, dropout, `rand`. */
export const defaultGenerator: Generator = new Generator(0);

/** Begins the default generator's stream anew: the same seed gives the same run. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

const low = (value: number): number => value % 2 ** 32;
const high = (value: number): number => Math.floor(value / 2 ** 32);

function expectSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new ConfigError(`${seed} cannot seed a generator`, {
    expected: 'an integer from 0 to 9007199254740991',
  });
}
