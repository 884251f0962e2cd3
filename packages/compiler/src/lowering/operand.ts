import {
  argument,
  type DType,
  type Expression,
  integer,
  type KernelBinding,
  load,
  type Scalar,
  type Shape,
  type Strides,
  weightedSum,
} from '@evenkeel/backend';

/** An input as memory is walked for it. Without strides it is one number everywhere: an argument, not memory. */
export interface Operand {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly strides: Strides | undefined;
}

/**
 * Where a view's first element lies within the memory that it touches: 0, or further in where a stride is negative.
 * A binding begins at the lowest element, so that an index is never negative.
 */
export function firstElement(shape: Shape, strides: Strides): number {
  let first = 0;
  strides.forEach((stride, d) => {
    if (stride < 0) first -= stride * ((shape[d] as number) - 1);
  });
  return first;
}

/** Elements from the lowest to the highest that a view touches. */
export function extentOf(shape: Shape, strides: Strides): number {
  let extent = 1;
  strides.forEach((stride, d) => {
    extent += Math.abs(stride) * ((shape[d] as number) - 1);
  });
  return extent;
}

/**
 * A kernel's bindings and arguments as its inputs need them: first the operands that are memory, in order, then the output;
 * first the operands that are numbers, then the operation's own.
 */
export class Signature {
  readonly bindings: KernelBinding[] = [];
  readonly arguments: Scalar[] = [];
  /** How each operand is read at an index. */
  readonly read: ((index: Expression, guard?: Expression) => Expression)[] = [];
  readonly numbers: readonly Expression[];
  readonly output: number;

  constructor(operands: readonly Operand[], output: DType, numbers: readonly Scalar[] = []) {
    for (const { dtype, strides } of operands) {
      if (strides === undefined) {
        const number = argument(dtype, this.arguments.push(dtype) - 1);
        this.read.push(() => number);
      } else {
        const binding = this.bindings.push({ dtype, access: 'read' }) - 1;
        this.read.push((index, guard) => load(dtype, binding, index, guard));
      }
    }
    this.numbers = numbers.map((dtype) => argument(dtype, this.arguments.push(dtype) - 1));
    this.output = this.bindings.push({ dtype: output, access: 'write' }) - 1;
  }

  /** An operand's element where the view is walked by `terms` in steps of `strides`. */
  at(i: number, operand: Operand, terms: readonly Expression[], strides: Strides): Expression {
    const read = this.read[i] as (index: Expression) => Expression;
    if (operand.strides === undefined) return read(integer(0));
    return read(weightedSum(terms, strides, firstElement(operand.shape, operand.strides)));
  }
}
