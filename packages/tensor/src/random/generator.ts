import { ConfigError } from '@evenkeel/errors';

/** A generator's place in its stream: enough to go on exactly from there. */
export interface GeneratorState {
  readonly seed: number;
  /** The position in the stream: a multiple of 4, because a draw begins with a block of its own. */
  readonly offset: number;
}

/**
 * A stream of random numbers that is a function of its seed alone (Philox 4x32-10, counter-based): the same bits on every
 * backend. A draw takes as many blocks of four numbers as it needs. Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3.
 *
 * ```ts
 * const generator = new Generator(42);
 * const state = generator.getState();
 * const drawn = await rand([2], { generator }).tolist();
 * generator.setState(state); // back to where the draw began
 * console.log((await rand([2], { generator }).tolist()).join() === drawn.join()); // prints true
 * ```
 */
export class Generator {
  #seed: number;
  #offset = 0;

  /**
   * @param seed an integer from 0 to 2⁵³ - 1; default 0
   * @throws ConfigError for any other seed
   */
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
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % 4 !== 0) {
      throw new ConfigError(`a generator cannot go on from position ${offset}`, {
        expected: 'the offset of a state that getState() gave: a multiple of 4',
      });
    }
    this.#offset = offset;
  }

  /** @internal Takes blocks for `count` numbers; the low and high words of the seed and of the first block. */
  reserve(count: number): [number, number, number, number] {
    const block = this.#offset / 4;
    this.#offset += Math.ceil(count / 4) * 4;
    return [low(this.#seed), high(this.#seed), low(block), high(block)];
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
