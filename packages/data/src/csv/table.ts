import { DataError, IndexError, nearestName } from '@evenkeel/errors';

/** One column: numbers with NaN where one is missing, or texts with null where one is missing. */
export type Column =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'text'; readonly values: readonly (string | null)[] };

/**
 * Named columns of one length, as a CSV file holds them.
 *
 * ```ts
 * const table = new Table([
 *   ['age', { kind: 'number', values: Float64Array.of(30, Number.NaN) }],
 *   ['place', { kind: 'text', values: ['sea', 'hill'] }],
 * ]);
 * console.log(table.names.join(' '), table.missing('age'), table.dropMissing().length); // prints age place 1 1
 * console.log(table.take([1]).texts('place')); // prints [ 'hill' ]
 * ```
 *
 * @throws DataError if the columns differ in length
 */
export class Table {
  /** The number of rows. */
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Column>;

  constructor(columns: Iterable<readonly [name: string, column: Column]>) {
    this.#columns = new Map(columns);
    const lengths = [...this.#columns.values()].map(({ values }) => values.length);
    this.length = lengths[0] ?? 0;
    if (lengths.some((length) => length !== this.length)) {
      throw new DataError('The columns of a table have different lengths', {
        got: [...this.#columns].map(([name, { values }]) => `${name}: ${values.length}`).join(', '),
      });
    }
  }

  /** The columns' names, in order. */
  get names(): string[] {
    return [...this.#columns.keys()];
  }

  /**
   * A column by name.
   *
   * @throws IndexError if there is none, naming the nearest
   */
  column(name: string): Column {
    const column = this.#columns.get(name);
    if (column) return column;
    const nearest = nearestName(name, this.names);
    throw new IndexError('The table has no such column', {
      got: JSON.stringify(name),
      expected: `one of ${this.names.join(', ')}`,
      remedy: nearest === undefined ? undefined : `did you mean ${JSON.stringify(nearest)}?`,
    });
  }

  /**
   * The numbers of a column, NaN where one is missing.
   *
   * @throws DataError if the column holds texts
   */
  numbers(name: string): Float64Array {
    const column = this.column(name);
    if (column.kind === 'number') return column.values;
    const text = column.values.find((value) => value !== null && Number.isNaN(Number(value)));
    throw new DataError(`The column "${name}" holds texts, and numbers are asked for`, {
      got: text === undefined ? 'texts' : `among others ${JSON.stringify(text)}`,
      remedy: `use texts("${name}") with Categories, or name the texts that stand for a missing value in parseCsv`,
    });
  }

  /** The texts of a column, null where one is missing; numbers as JavaScript writes them. */
  texts(name: string): (string | null)[] {
    const column = this.column(name);
    if (column.kind === 'text') return [...column.values];
    return Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
  }

  /** How many values of a column are missing. */
  missing(name: string): number {
    const { values } = this.column(name);
    let count = 0;
    for (const value of values) if (isMissing(value)) count++;
    return count;
  }

  /**
   * The rows at `indices`, in that order.
   *
   * @throws IndexError for an index without a row
   */
  take(indices: ArrayLike<number>): Table {
    const rows = Array.from(indices);
    const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= this.length);
    if (wrong !== undefined) {
      throw new IndexError('The table has no such row', { got: String(wrong), expected: `0 to ${this.length - 1}` });
    }
    const taken = (column: Column): Column =>
      column.kind === 'number'
        ? { kind: 'number', values: Float64Array.from(rows, (row) => column.values[row] as number) }
        : { kind: 'text', values: rows.map((row) => column.values[row] as string | null) };
    return new Table([...this.#columns].map(([name, column]) => [name, taken(column)]));
  }

  /**
   * The rows in which nothing is missing.
   *
   * @param names the columns to look at; default all
   */
  dropMissing(names: readonly string[] = this.names): Table {
    const columns = names.map((name) => this.column(name).values);
    const all = Array.from({ length: this.length }, (_, row) => row);
    return this.take(all.filter((row) => columns.every((values) => !isMissing(values[row] as number | string | null))));
  }
}

function isMissing(value: number | string | null): boolean {
  return value === null || Number.isNaN(value);
}
