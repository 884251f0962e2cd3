/** What a computation is made of before it becomes kernels: values, each of which says how it comes from earlier ones. */
import type { Strides } from '@evenkeel/backend';
import type { Primitive, Spec } from '../primitive.ts';

/** Memory that is there when the program runs. */
export interface InputValue extends Spec {
  readonly kind: 'input';
  readonly id: number;
  /** Its number among the graph's inputs. */
  readonly input: number;
  /** How the memory is walked, in elements, from the element that lies lowest. */
  readonly strides: Strides;
}

/** One known number everywhere. */
export interface ConstantValue extends Spec {
  readonly kind: 'constant';
  readonly id: number;
  readonly number: number;
}

/** One number everywhere, which may differ at every run. */
export interface ArgumentValue extends Spec {
  readonly kind: 'argument';
  readonly id: number;
  readonly slot: number;
}

/** What an operation makes of other values. */
export interface AppliedValue extends Spec {
  readonly kind: 'applied';
  readonly id: number;
  readonly primitive: Primitive<never>;
  readonly inputs: readonly Value[];
  readonly attributes: object;
  /** The first of the operation's own arguments, if it has any. */
  readonly slot: number | undefined;
}

export type Value = InputValue | ConstantValue | ArgumentValue | AppliedValue;

/** A value that must be in memory when the program has run: in memory of its own, or in an input's. */
export interface Result {
  readonly value: Value;
  /** The input that takes the value over. */
  readonly into?: InputValue | undefined;
}
