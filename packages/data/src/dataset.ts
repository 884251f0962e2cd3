import { DataError, IndexError } from '@evenkeel/errors';
import { type HostArray, type Sample, type TypedArray, toHostArray } from './host-array.ts';

/** Samples that can be asked for by index. Anything with these two members is a dataset. */
export interface Dataset<S = Sample> {
  /** How many samples there are. */
  readonly length: number;
  /** The sample at `index`, from 0 to `length - 1`; the same index always gives the same sample. */
  get(index: number): S;
}

/**
 * Some samples of another dataset, in the order of `indices`.
 *
 * ```ts
 * const dataset = new ArrayDataset({ y: Int32Array.of(10, 11, 12, 13) });
 * const subset = new Subset(dataset, [3, 1]);
 * console.log(subset.length, subset.get(0).y.data); // prints 2 Int32Array(1) [ 13 ]
 * ```
 *
 * @throws IndexError from `get` outside 0 to `length - 1`
 */
export class Subset<S> implements Dataset<S> {
  readonly dataset: Dataset<S>;
  readonly indices: ArrayLike<number>;

  constructor(dataset: Dataset<S>, indices: ArrayLike<number>) {
    this.dataset = dataset;
    this.indices = indices;
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): S {
    return this.dataset.get(this.indices[checkedIndex(index, this.length)] as number);
  }
}

/** What one row of an array is: its first dimension taken away. */
type Rows<Arrays> = { readonly [Name in keyof Arrays]: HostArray };

/**
 * Rows of arrays that lie in memory: sample `i` holds row `i` of each.
 *
 * ```ts
 * const x = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] };
 * const dataset = new ArrayDataset({ x, y: Int32Array.of(0, 1, 0) });
 * console.log(dataset.length, dataset.get(1).x.data, dataset.get(1).y.data[0]); // prints 3 Float32Array(2) [ 3, 4 ] 1
 * ```
 *
 * @param arrays named arrays of shape `[N, ...]` with the same N; a typed array without a shape is `[N]`
 * @throws DataError if the lengths differ or a shape does not fit its data
 */
export class ArrayDataset<Arrays extends { readonly [name: string]: TypedArray | HostArray }>
  implements Dataset<Rows<Arrays>>
{
  readonly length: number;
  readonly #arrays: [string, HostArray][];

  constructor(arrays: Arrays) {
    this.#arrays = Object.entries(arrays).map(([name, array]) => [name, toHostArray(array)]);
    for (const [name, { data, shape }] of this.#arrays) {
      const size = shape.reduce((product, length) => product * length, 1);
      if (shape.length === 0 || size !== data.length) {
        throw new DataError(`The shape of the array "${name}" does not fit its data`, {
          got: `shape [${shape.join(', ')}] and ${data.length} numbers`,
          expected: 'at least one dimension, and as many numbers as the shape holds',
        });
      }
    }
    const lengths = this.#arrays.map(([, array]) => array.shape[0] as number);
    this.length = lengths[0] ?? 0;
    if (lengths.some((length) => length !== this.length)) {
      throw new DataError('The arrays of a dataset have different numbers of rows', {
        got: this.#arrays.map(([name, array]) => `${name}: ${array.shape[0]}`).join(', '),
        expected: 'the same first dimension in each',
      });
    }
  }

  get(index: number): Rows<Arrays> {
    checkedIndex(index, this.length);
    const row = ([name, { data, shape }]: [string, HostArray]) => {
      const size = data.length / this.length;
      return [name, { data: data.subarray(index * size, (index + 1) * size), shape: shape.slice(1) }];
    };
    return Object.fromEntries(this.#arrays.map(row)) as Rows<Arrays>;
  }
}

/** `index` if it lies in `0 … length - 1`. */
export function checkedIndex(index: number, length: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new IndexError('There is no sample at this index', {
      got: `index ${index}`,
      expected: `a whole number from 0 to ${length - 1}`,
    });
  }
  return index;
}
