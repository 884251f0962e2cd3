import { ConfigError, DataError, IndexError } from '@evenkeel/errors';

/** Padding, unknown word, start and end of a sentence, with ids 0 to 3 unless others are given. */
export const SPECIAL_WORDS: readonly string[] = ['<pad>', '<unk>', '<bos>', '<eos>'];

export interface WordVocabularyOptions {
  /** Words that occur less often are unknown; default 1. */
  minFrequency?: number;
  /** How many ids there are at most, with the special ones; default: no limit. The most frequent words stay. */
  maxSize?: number;
  /** Names that are no words and get the first ids; default `SPECIAL_WORDS`. Unknown words need `<unk>` among them. */
  specials?: readonly string[];
  /** Whether upper and lower case are one; default false. */
  lowerCase?: boolean;
}

/** A `WordVocabulary` as plain data for a file. */
export interface WordVocabularyState {
  readonly words: readonly string[];
  readonly specials: readonly string[];
  readonly lowerCase: boolean;
}

/** The words of a text: letters and digits that stand together, and each other sign alone; blanks separate. */
export function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
}

/**
 * Words with an id each: the special ones, then by falling frequency (equally frequent ones by UTF-16 code units), so that
 * the same texts give the same ids.
 *
 * ```ts
 * const vocabulary = WordVocabulary.of(['two young men', 'two dogs'], { lowerCase: true });
 * console.log(vocabulary.words.join(' ')); // prints two dogs men young
 * console.log(vocabulary.encode('Two cats')); // prints Int32Array(2) [ 4, 1 ]
 * console.log(vocabulary.decode([2, 4, 1, 3])); // prints two <unk>
 * ```
 */
export class WordVocabulary {
  readonly words: readonly string[];
  readonly specials: readonly string[];
  readonly lowerCase: boolean;
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws DataError if a word occurs twice */
  constructor({ words, specials, lowerCase }: WordVocabularyState) {
    this.words = [...words];
    this.specials = [...specials];
    this.lowerCase = lowerCase;
    const all = [...this.specials, ...this.words];
    this.#ids = new Map(all.map((word, id) => [word, id]));
    const twice = all.find((word, id) => this.#ids.get(word) !== id);
    if (twice !== undefined) {
      throw new DataError('A vocabulary needs words, each once', { got: `${JSON.stringify(twice)} twice` });
    }
  }

  /**
   * The words of texts.
   *
   * @throws ConfigError if `maxSize` leaves no room for a word
   */
  static of(texts: Iterable<string>, options: WordVocabularyOptions = {}): WordVocabulary {
    const {
      minFrequency = 1,
      maxSize = Number.POSITIVE_INFINITY,
      specials = SPECIAL_WORDS,
      lowerCase = false,
    } = options;
    if (!(maxSize > specials.length)) {
      throw new ConfigError('A vocabulary of this size has no room for words', {
        got: `maxSize ${maxSize} and ${specials.length} special words`,
      });
    }
    const counts = new Map<string, number>();
    for (const text of texts) {
      for (const word of splitWords(lowerCase ? text.toLowerCase() : text))
        counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const frequent = [...counts].filter(([, count]) => count >= minFrequency);
    frequent.sort(([left, count], [right, other]) => other - count || (left < right ? -1 : 1));
    const words = frequent.slice(0, maxSize - specials.length).map(([word]) => word);
    return new WordVocabulary({ words, specials, lowerCase });
  }

  /** How many ids there are. */
  get size(): number {
    return this.specials.length + this.words.length;
  }

  /**
   * The id of a special or other word.
   *
   * @throws IndexError if it has none
   */
  id(word: string): number {
    const id = this.#ids.get(word);
    if (id !== undefined) return id;
    throw new IndexError('A word has no id', { got: JSON.stringify(word), expected: `one of ${this.size} words` });
  }

  /**
   * The ids of a text's words; `<unk>`'s for a word without one.
   *
   * @throws DataError naming an unknown word if there is no `<unk>`
   */
  encode(text: string): Int32Array {
    const words = splitWords(this.lowerCase ? text.toLowerCase() : text);
    const unknown = this.#ids.get('<unk>');
    const ids = words.map((word, position) => {
      const id = this.#ids.get(word) ?? unknown;
      if (id !== undefined) return id;
      throw new DataError('A word of the text is not in the vocabulary', {
        got: `${JSON.stringify(word)}, word ${position + 1} of ${words.length}`,
        remedy: "have '<unk>' among the special words",
      });
    });
    return new Int32Array(ids);
  }

  /**
   * The words of ids with blanks between them. Special ones are left out, but for `<unk>`.
   *
   * @param options.keepSpecials default false
   * @throws IndexError for an id without a word
   */
  decode(ids: Iterable<number>, { keepSpecials = false }: { keepSpecials?: boolean } = {}): string {
    const words: string[] = [];
    for (const id of ids) {
      const special = this.specials[id];
      const word = special ?? this.words[id - this.specials.length];
      if (word === undefined) {
        throw new IndexError('An id is not in the vocabulary', { got: `id ${id}`, expected: `0 to ${this.size - 1}` });
      }
      if (special === undefined || keepSpecials || word === '<unk>') words.push(word);
    }
    return words.join(' ');
  }

  toJSON(): WordVocabularyState {
    return { words: this.words, specials: this.specials, lowerCase: this.lowerCase };
  }

  /** The vocabulary whose `toJSON` gave `state`. */
  static fromJSON(state: WordVocabularyState): WordVocabulary {
    return new WordVocabulary(state);
  }
}
