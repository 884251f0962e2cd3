import { DataError, IndexError } from '@evenkeel/errors';

/**
 * A fixed set of characters, each with an id: its place in the set.
 *
 * ```ts
 * const vocabulary = CharacterVocabulary.of('hello');
 * console.log(vocabulary.characters.join(''), vocabulary.encode('hole')); // prints ehlo Int32Array(4) [ 1, 3, 2, 0 ]
 * console.log(vocabulary.decode([1, 0])); // prints he
 * ```
 *
 * @param characters the set, in the order of the ids; a character is a Unicode code point
 * @throws DataError if a character occurs twice or there is none
 */
export class CharacterVocabulary {
  readonly characters: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(characters: Iterable<string>) {
    this.characters = [...characters];
    this.#ids = new Map(this.characters.map((character, id) => [character, id]));
    if (this.characters.length === 0 || this.#ids.size !== this.characters.length) {
      const twice = this.characters.find((character, id) => this.#ids.get(character) !== id);
      throw new DataError('A vocabulary needs characters, each once', {
        got: twice === undefined ? 'no characters' : `${JSON.stringify(twice)} twice`,
      });
    }
  }

  /** The characters that occur in a text, in the order of their code points. */
  static of(text: string): CharacterVocabulary {
    const distinct = [...new Set(text)];
    return new CharacterVocabulary(distinct.sort((left, right) => left.codePointAt(0)! - right.codePointAt(0)!));
  }

  /** How many characters there are. */
  get size(): number {
    return this.characters.length;
  }

  /** Whether a character is in the set. */
  has(character: string): boolean {
    return this.#ids.has(character);
  }

  /**
   * The ids of a text's characters.
   *
   * @throws DataError naming the first character that is not in the set and its place
   */
  encode(text: string): Int32Array {
    const characters = [...text];
    const ids = characters.map((character, position) => {
      const id = this.#ids.get(character);
      if (id !== undefined) return id;
      throw new DataError('A character of the text is not in the vocabulary', {
        got: `${JSON.stringify(character)}, character ${position + 1} of ${characters.length}`,
        expected: `one of ${this.size} characters: ${JSON.stringify(this.characters.join(''))}`,
      });
    });
    return new Int32Array(ids);
  }

  /** The text that ids stand for. */
  decode(ids: Iterable<number>): string {
    let text = '';
    for (const id of ids) {
      const character = this.characters[id];
      if (character === undefined) {
        throw new IndexError('An id is not in the vocabulary', {
          got: `id ${id}`,
          expected: `0 to ${this.size - 1}`,
        });
      }
      text += character;
    }
    return text;
  }
}
