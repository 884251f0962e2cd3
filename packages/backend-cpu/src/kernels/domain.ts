import { sizeOf } from '@evenkeel/backend';

/** The positions along some neighboring axes of a kernel, walked row by row. */
export class Domain {
  readonly size: number;
  /** A bit set of the axes. */
  readonly axes: number;
  readonly #first: number;
  readonly #extents: readonly number[];

  constructor(first: number, extents: readonly number[]) {
    this.#first = first;
    this.#extents = extents;
    this.size = sizeOf(extents);
    this.axes = ((1 << extents.length) - 1) << first;
  }

  start(values: Float64Array): void {
    for (let d = 0; d < this.#extents.length; d++) values[this.#first + d] = 0;
  }

  advance(values: Float64Array): void {
    for (let d = this.#extents.length - 1; d >= 0; d--) {
      const position = values[this.#first + d]! + 1;
      if (position < this.#extents[d]!) {
        values[this.#first + d] = position;
        return;
      }
      values[this.#first + d] = 0;
    }
  }
}
