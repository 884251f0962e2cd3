import { ConfigError, DataError, IndexError } from '@evenkeel/errors';
import { learnMerges, mergePair, type Pair } from './byte-pair-training.ts';

/** GPT-2's cut into pieces that no token crosses: a word or number with the blank before it, signs, blanks. */
const PIECES = /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Encoded pieces that are remembered. */
const CACHE_LIMIT = 50_000;

export interface BytePairTrainingOptions {
  /** How many ids there are at most: 256 bytes, merges, special tokens. */
  vocabularySize: number;
  /** Names of tokens that stand for no text (padding, start, end), with the last ids; default none. */
  specials?: readonly string[];
  /** Pairs that occur less often are not merged; default 2. */
  minFrequency?: number;
}

/** A `BytePairTokenizer` as plain data for a file. */
export interface BytePairTokenizerState {
  readonly merges: readonly Pair[];
  readonly specials: readonly string[];
}

/**
 * Byte-pair encoding of UTF-8 bytes (Sennrich et al. 2016, in the form of GPT-2): any text can be encoded and comes back
 * as it was. Ids 0 to 255 are the bytes, merge i makes `256 + i`, special tokens follow.
 *
 * A text is cut into pieces (words with the blank before them, numbers, signs), and in each the merges are applied in the
 * order in which they were learned.
 *
 * ```ts
 * const tokenizer = BytePairTokenizer.train(['low lower lowest'], { vocabularySize: 260, specials: ['<end>'] });
 * console.log(tokenizer.merges.length, tokenizer.size, tokenizer.id('<end>')); // prints 3 260 259
 * console.log(tokenizer.encode('low').length, tokenizer.decode(tokenizer.encode('slow 🐈'))); // prints 1 slow 🐈
 * ```
 */
export class BytePairTokenizer {
  readonly merges: readonly Pair[];
  readonly specials: readonly string[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #bytes: readonly Uint8Array[];
  readonly #cache = new Map<string, readonly number[]>();

  /** @throws DataError if a merge is made of ids that come after it, or a special token has its name twice */
  constructor({ merges, specials }: BytePairTokenizerState) {
    this.merges = merges.map(([left, right]) => [left, right]);
    this.specials = [...specials];
    this.#ranks = new Map(this.merges.map((pair, rank) => [pair.join(), rank]));
    const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
    for (const [left, right] of this.merges) {
      const parts = [bytes[left], bytes[right]];
      if (parts.includes(undefined)) {
        throw new DataError('A merge of a byte-pair tokenizer is made of ids that do not exist yet', {
          got: `merge ${bytes.length - 256} of ${left} and ${right}`,
          expected: `ids below ${bytes.length}`,
        });
      }
      bytes.push(Uint8Array.from(parts.flatMap((part) => [...(part as Uint8Array)])));
    }
    this.#bytes = bytes;
    if (new Set(specials).size !== specials.length) {
      throw new DataError('Special tokens need a name each', { got: specials.join(', ') });
    }
  }

  /**
   * Learns merges from texts; the same texts in any order give the same.
   *
   * @throws ConfigError if the size has no room for the 256 bytes and the special tokens
   */
  static train(texts: Iterable<string>, options: BytePairTrainingOptions): BytePairTokenizer {
    const { vocabularySize, specials = [], minFrequency = 2 } = options;
    const limit = vocabularySize - 256 - specials.length;
    if (!Number.isInteger(limit) || limit < 0) {
      throw new ConfigError('A byte-pair vocabulary of this size is not possible', {
        got: `vocabularySize ${vocabularySize} with ${specials.length} special tokens`,
        expected: `a whole number of at least ${256 + specials.length}`,
      });
    }
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const [piece] of text.matchAll(PIECES)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
    return new BytePairTokenizer({ merges: learnMerges(counts, limit, minFrequency), specials });
  }

  /** How many ids there are. */
  get size(): number {
    return this.#bytes.length + this.specials.length;
  }

  /**
   * The id of a special token.
   *
   * @throws IndexError if there is none of this name
   */
  id(special: string): number {
    const place = this.specials.indexOf(special);
    if (place !== -1) return this.#bytes.length + place;
    throw new IndexError('The tokenizer has no such special token', {
      got: JSON.stringify(special),
      expected: this.specials.length > 0 ? `one of ${this.specials.join(', ')}` : 'none; it was trained without',
    });
  }

  /** The ids of a text. A special token's name in the text is text: nobody can slip one in. */
  encode(text: string): Int32Array {
    return Int32Array.from([...text.matchAll(PIECES)].flatMap(([piece]) => this.#encodePiece(piece)));
  }

  /**
   * The text of ids; bytes that are no UTF-8 become U+FFFD.
   *
   * @param options.keepSpecials whether special tokens give their names; default false: nothing
   * @throws IndexError for an id that stands for nothing
   */
  decode(ids: Iterable<number>, { keepSpecials = false }: { keepSpecials?: boolean } = {}): string {
    const encoder = new TextEncoder();
    const parts = Array.from(ids, (id) => {
      const bytes = this.#bytes[id];
      if (bytes) return bytes;
      const special = this.specials[id - this.#bytes.length];
      if (special !== undefined) return encoder.encode(keepSpecials ? special : '');
      throw new IndexError('An id is not in the vocabulary', { got: `id ${id}`, expected: `0 to ${this.size - 1}` });
    });
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let place = 0;
    for (const part of parts) {
      all.set(part, place);
      place += part.length;
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
  }

  toJSON(): BytePairTokenizerState {
    return { merges: this.merges, specials: this.specials };
  }

  /** The tokenizer whose `toJSON` gave `state`. */
  static fromJSON(state: BytePairTokenizerState): BytePairTokenizer {
    return new BytePairTokenizer(state);
  }

  #encodePiece(piece: string): readonly number[] {
    const known = this.#cache.get(piece);
    if (known) return known;
    let ids: readonly number[] = [...new TextEncoder().encode(piece)];
    for (let rank = this.#lowestRank(ids); rank !== undefined; rank = this.#lowestRank(ids)) {
      ids = mergePair(ids, this.merges[rank] as Pair, 256 + rank);
    }
    if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear();
    this.#cache.set(piece, ids);
    return ids;
  }

  /** The first learned merge that applies. */
  #lowestRank(ids: readonly number[]): number | undefined {
    let lowest: number | undefined;
    for (let place = 1; place < ids.length; place++) {
      const rank = this.#ranks.get(`${ids[place - 1]},${ids[place]}`);
      if (rank !== undefined && (lowest === undefined || rank < lowest)) lowest = rank;
    }
    return lowest;
  }
}
