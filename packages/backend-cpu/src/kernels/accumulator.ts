import { identityOf, type ReductionFunction, type Scalar } from '@evenkeel/backend';
import { binaryFunctions } from '../renderer/scalar-functions.ts';

/** Folds values one after the other, always in the same order. */
export interface Accumulator {
  start(): void;
  add(value: number): void;
  total(): number;
}

/** The function of two that each reduction repeats. */
export const combining = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

/** The fold of a reduction function, or undefined where the dtype has none. */
export function accumulatorOf(fn: ReductionFunction, dtype: Scalar): Accumulator | undefined {
  if (fn === 'sum' && dtype === 'float32') return new BlockedSum();
  const combine = binaryFunctions[dtype][combining[fn]];
  if (!combine) return undefined;
  const identity = identityOf(fn, dtype);
  return new Fold(identity, dtype === 'float32' ? (x, y) => Math.fround(combine(x, y)) : combine);
}

class Fold implements Accumulator {
  readonly #identity: number;
  readonly #combine: (x: number, y: number) => number;
  #total = 0;

  constructor(identity: number, combine: (x: number, y: number) => number) {
    this.#identity = identity;
    this.#combine = combine;
  }

  start(): void {
    this.#total = this.#identity;
  }

  add(value: number): void {
    this.#total = this.#combine(this.#total, value);
  }

  total(): number {
    return this.#total;
  }
}

/** Values that are added one by one before pairwise summation begins. */
export const blockLength = 32;

/**
 * A float32 sum: blocks of 32 values are added one by one, the sums of blocks pairwise (as a binary counter carries).
 * The relative error of n values of one sign is at most (32 + log2(n / 32)) · 2^-24, 2.8e-6 for a million. Measured for a
 * million: 3e-7 where all are 0.1 and 7e-8 where they are uniform; adding one by one gives 1e-2 and 1e-5.
 */
export class BlockedSum implements Accumulator {
  readonly #partial = new Float32Array(64);
  #blocks = 0;
  #block = 0;
  #inBlock = 0;

  start(): void {
    this.#blocks = 0;
    this.#block = 0;
    this.#inBlock = 0;
  }

  add(value: number): void {
    this.#block = Math.fround(this.#block + value);
    if (++this.#inBlock < blockLength) return;
    this.addBlock(this.#block);
    this.#block = 0;
    this.#inBlock = 0;
  }

  /** Takes the sum of a whole block. */
  addBlock(block: number): void {
    let sum = block;
    let level = 0;
    for (let carry = this.#blocks; carry % 2 === 1; carry = (carry - 1) / 2) {
      sum = Math.fround(this.#partial[level]! + sum);
      level++;
    }
    this.#partial[level] = sum;
    this.#blocks++;
  }

  total(): number {
    let sum = this.#block;
    let level = 0;
    for (let left = this.#blocks; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) sum = Math.fround(this.#partial[level]! + sum);
      level++;
    }
    return sum;
  }
}
