import { ConfigError, DataError } from '@evenkeel/errors';
import type { HostArray } from '../host-array.ts';
import { Categories } from './categories.ts';
import type { Table } from './table.ts';

/** How one column becomes features. */
export type ColumnEncoding =
  /** As it is; a missing value becomes the training mean, a constant, or (default) an error. */
  | { readonly as: 'number'; readonly missing?: 'error' | 'mean' | number }
  /**
   * A category as one feature per name (`one-hot`) or as its id (`ids`). A missing value is an error (default) or a category
   * of its own; a name that training did not have is an error (default) or, in one-hot alone, all zeros.
   */
  | { readonly as: 'one-hot'; readonly missing?: 'error' | 'category'; readonly unknown?: 'error' | 'zeros' }
  | { readonly as: 'ids'; readonly missing?: 'error' | 'category' };

/** What a `TableEncoder` learned. */
export interface TableEncoderState {
  readonly columns: { readonly [name: string]: ColumnEncoding };
  readonly means: { readonly [name: string]: number };
  readonly categories: { readonly [name: string]: readonly string[] };
}

/** The name under which a missing value is a category; no trimmed field of a CSV file is this. */
const MISSING_CATEGORY = ' missing';

/**
 * Columns of a table as a matrix of features `[N, F]`: what a missing value becomes and which categories there are is
 * taken from training data.
 *
 * ```ts
 * const train = parseCsv('rooms,place\n3,sea\nNA,hill\n5,sea\n');
 * const encoder = new TableEncoder({ rooms: { as: 'number', missing: 'mean' }, place: 'one-hot' }).fit(train);
 * console.log(encoder.featureNames.join(' ')); // prints rooms place=hill place=sea
 * console.log(encoder.transform(train.take([1])).data); // prints Float32Array(3) [ 4, 1, 0 ]
 * ```
 *
 * @param columns each column that is a feature, in order, and how; `'number'`, `'one-hot'` and `'ids'` stand for `{ as: … }`
 * @throws ConfigError for no columns
 */
export class TableEncoder {
  readonly columns: { readonly [name: string]: ColumnEncoding };
  #means: Map<string, number> | undefined;
  #categories = new Map<string, Categories>();

  constructor(columns: { readonly [name: string]: ColumnEncoding | ColumnEncoding['as'] }) {
    const full = (encoding: ColumnEncoding | ColumnEncoding['as']): ColumnEncoding =>
      typeof encoding === 'string' ? { as: encoding } : encoding;
    this.columns = Object.fromEntries(Object.entries(columns).map(([name, encoding]) => [name, full(encoding)]));
    if (Object.keys(columns).length > 0) return;
    throw new ConfigError('A table encoder needs columns', {
      got: 'none',
      remedy: 'name each column that is a feature',
    });
  }

  /** Learns means and categories from training rows and returns this encoder. */
  fit(table: Table): this {
    const means = new Map<string, number>();
    const categories = new Map<string, Categories>();
    for (const [name, encoding] of Object.entries(this.columns)) {
      if (encoding.as !== 'number') categories.set(name, Categories.of(categoryNames(table, name, encoding.missing)));
      else if (encoding.missing === 'mean') means.set(name, meanOf(table.numbers(name), name));
    }
    this.#means = means;
    this.#categories = categories;
    return this;
  }

  /** The names of the features, `column` or `column=category`, in order. */
  get featureNames(): string[] {
    return Object.entries(this.columns).flatMap(([name, { as }]) => {
      if (as !== 'one-hot') return [name];
      return this.#known(name).names.map((category) => `${name}=${category.trim()}`);
    });
  }

  /**
   * The features of a table's rows: float32 `[N, F]`.
   *
   * @throws ConfigError if the encoder was not fitted
   * @throws DataError naming row and column of a missing value or an unknown category
   */
  transform(table: Table): HostArray {
    const features = this.featureNames.length;
    const data = new Float32Array(table.length * features);
    let first = 0;
    for (const [name, encoding] of Object.entries(this.columns)) {
      const put = (row: number, offset: number, value: number) => {
        data[row * features + first + offset] = value;
      };
      if (encoding.as === 'number') {
        for (const [row, value] of table.numbers(name).entries()) {
          put(row, 0, Number.isNaN(value) ? this.#fill(name, encoding, row) : value);
        }
        first += 1;
        continue;
      }
      const known = this.#known(name);
      for (const [row, category] of categoryNames(table, name, encoding.missing).entries()) {
        const id = known.id(category);
        if (encoding.as === 'one-hot') {
          if (id !== undefined) put(row, id, 1);
          else if (encoding.unknown !== 'zeros') throw unknownCategory(name, row, category, known);
        } else if (id !== undefined) put(row, 0, id);
        else throw unknownCategory(name, row, category, known);
      }
      first += encoding.as === 'one-hot' ? known.size : 1;
    }
    return { data, shape: [table.length, features] };
  }

  /** What was learned, as plain data for a file. */
  toJSON(): TableEncoderState {
    return {
      columns: this.columns,
      means: Object.fromEntries(this.#means ?? []),
      categories: Object.fromEntries([...this.#categories].map(([name, { names }]) => [name, names])),
    };
  }

  /** The encoder whose `toJSON` gave `state`. */
  static fromJSON(state: TableEncoderState): TableEncoder {
    const encoder = new TableEncoder(state.columns);
    encoder.#means = new Map(Object.entries(state.means));
    encoder.#categories = new Map(
      Object.entries(state.categories).map(([name, names]) => [name, new Categories(names)]),
    );
    return encoder;
  }

  #known(name: string): Categories {
    const known = this.#categories.get(name);
    if (known) return known;
    throw new ConfigError('The table encoder has learned nothing yet', { remedy: 'call fit(trainingTable) first' });
  }

  #fill(name: string, { missing }: { missing?: 'error' | 'mean' | number }, row: number): number {
    const value = missing === 'mean' ? this.#means?.get(name) : missing;
    if (typeof value === 'number') return value;
    if (missing === 'mean') this.#known(name);
    throw missingValue(name, row, "give the column { as: 'number', missing: 'mean' } or a constant");
  }
}

function categoryNames(table: Table, name: string, missing: 'error' | 'category' | undefined): string[] {
  return table.texts(name).map((text, row) => {
    if (text !== null) return text;
    if (missing === 'category') return MISSING_CATEGORY;
    throw missingValue(name, row, "give the column missing: 'category'");
  });
}

function meanOf(values: Float64Array, name: string): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  if (count > 0) return sum / count;
  throw new DataError(`The column "${name}" has no value to take a mean of`, {
    got: `${values.length} missing values`,
  });
}

function missingValue(name: string, row: number, remedy: string): DataError {
  return new DataError(`The column "${name}" misses a value in row ${row}`, {
    remedy: `drop such rows with dropMissing(["${name}"]), or ${remedy}`,
  });
}

function unknownCategory(name: string, row: number, category: string, known: Categories): DataError {
  return new DataError(`The column "${name}" has a category that training did not have`, {
    got: `${JSON.stringify(category.trim())} in row ${row}`,
    expected: `one of ${known.names.map((known) => known.trim()).join(', ')}`,
  });
}
