/** What a computation is made of before it becomes kernels: values, each of which says how it comes from earlier ones. */
import type { Strides } from '@evenkeel/backend';
import type { repeating } from '../plan/repetition.ts';
import type { Primitive, Spec } from '../primitive.ts';
import type { Graph } from './graph.ts';

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
  /** What is computed before, although this is not made of it: so what is computed anew is not computed too early. */
  readonly after?: AppliedValue | RepeatValue | undefined;
}

/**
 * A computation that runs several times. Of its body's inputs the first are carried from turn to turn (a result says into which),
 * the next are sequences, of which each turn sees one element of dimension 0, and the rest are the same at every turn.
 */
export interface RepeatValue extends Spec {
  readonly kind: 'repeat';
  readonly id: number;
  readonly body: Body;
  readonly turns: number;
  /** Whether turns go through the sequences from the end. */
  readonly reverse: boolean;
  /** By input of the body. */
  readonly inputs: readonly Value[];
  /** As of an operation. */
  readonly after?: AppliedValue | RepeatValue | undefined;
}

/** A graph whose results are carried on, or become sequences; how many of its inputs are carried and how many are sequences. */
export interface Body {
  readonly graph: Graph;
  readonly carried: number;
  readonly sequences: number;
  /** How it becomes part of a plan; what repeats nothing does without the code for that. */
  readonly repeating: typeof repeating;
}

/** What a result of a repeated body is in the end: what is carried after the last turn, or all turns' results, one after the other. */
export interface OutcomeValue extends Spec {
  readonly kind: 'outcome';
  readonly id: number;
  readonly of: RepeatValue;
  /** The number of the body's result. */
  readonly result: number;
}

export type Value = InputValue | ConstantValue | ArgumentValue | AppliedValue | RepeatValue | OutcomeValue;

/** Values that are computed, and so wait for others. */
export type ComputedValue = AppliedValue | RepeatValue | OutcomeValue;

/** What a value is computed from. */
export function sourcesOf(value: Value): readonly Value[] {
  if (value.kind === 'outcome') return [value.of];
  return value.kind === 'applied' || value.kind === 'repeat' ? value.inputs : [];
}

/** A value that must be in memory when the program has run: in memory of its own, or in an input's. */
export interface Result {
  readonly value: Value;
  /** The input that takes the value over. */
  readonly into?: InputValue | undefined;
}
