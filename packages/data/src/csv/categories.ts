import { DataError, IndexError } from '@evenkeel/errors';

/**
 * A fixed set of names, each with an id: its place in the set.
 *
 * ```ts
 * const places = Categories.of(['sea', 'hill', null, 'sea']);
 * console.log(places.encode(['hill', 'sea'])); // prints Int32Array(2) [ 0, 1 ]
 * console.log(places.decode([1, 1])); // prints [ 'sea', 'sea' ]
 * ```
 *
 * @param names the set, in the order of the ids
 * @throws DataError if a name occurs twice or there is none
 */
export class Categories {
  readonly names: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(names: Iterable<string>) {
    this.names = [...names];
    this.#ids = new Map(this.names.map((name, id) => [name, id]));
    if (this.names.length === 0 || this.#ids.size !== this.names.length) {
      throw new DataError('A set of categories needs names, each once', {
        got: this.names.length === 0 ? 'no names' : this.names.map((name) => JSON.stringify(name)).join(', '),
      });
    }
  }

  /** The names that occur, in the order of their UTF-16 code units; null (missing) is left out. */
  static of(names: Iterable<string | null>): Categories {
    return new Categories([...new Set(names)].filter((name) => name !== null).sort());
  }

  /** How many names there are. */
  get size(): number {
    return this.names.length;
  }

  /** The id of a name, or undefined if it is not in the set. */
  id(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /**
   * The ids of names, `[N]`.
   *
   * @throws DataError naming the first that is missing or not in the set
   */
  encode(names: Iterable<string | null>): Int32Array {
    return Int32Array.from([...names], (name, row) => {
      const id = name === null ? undefined : this.#ids.get(name);
      if (id !== undefined) return id;
      throw new DataError(name === null ? 'A category is missing' : 'A name is not among the categories', {
        got: `${JSON.stringify(name)} in row ${row}`,
        expected: `one of ${this.names.join(', ')}`,
      });
    });
  }

  /**
   * The names that ids stand for.
   *
   * @throws IndexError for an id without a name
   */
  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => {
      const name = this.names[id];
      if (name !== undefined) return name;
      throw new IndexError('An id stands for no category', { got: String(id), expected: `0 to ${this.size - 1}` });
    });
  }

  toJSON(): readonly string[] {
    return this.names;
  }
}
