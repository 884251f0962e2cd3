import { IndexError } from '@evenkeel/errors';

/** Remembers the first computed index outside its bounds, because a kernel goes on with one inside. */
export class Faults {
  #count = 0;
  #index = 0;
  #size = 0;

  clear(): void {
    this.#count = 0;
  }

  report(index: number, size: number): void {
    if (this.#count++ > 0) return;
    this.#index = index;
    this.#size = size;
  }

  throwIfAny(): void {
    if (this.#count === 0) return;
    const others = this.#count > 1 ? `, and ${this.#count - 1} more like it` : '';
    throw new IndexError(`index ${this.#index} is out of range for size ${this.#size}`, {
      doing: 'running a program on the cpu backend',
      got: `index ${this.#index}${others}`,
      expected: this.#size > 0 ? `an index from 0 to ${this.#size - 1}` : 'no index at all: the dimension is empty',
    });
  }
}
