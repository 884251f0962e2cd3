import {
  computedIn,
  contiguousStrides,
  type DType,
  getOrMake,
  type Scalar,
  type Shape,
  type Strides,
  sameShape,
} from '@evenkeel/backend';
import type { Primitive, Spec } from '../primitive.ts';
import { copy } from '../primitives/copy.ts';
import { simplify } from './simplify.ts';
import type {
  AppliedValue,
  ArgumentValue,
  Body,
  ConstantValue,
  InputValue,
  OutcomeValue,
  RepeatValue,
  Result,
  Value,
} from './value.ts';

/**
 * A computation under construction, in static single assignment: each value comes from earlier ones and never changes. The same operation
 * on the same values is one value, unless it draws random numbers, and what would only repeat its input is that. Shapes and dtypes follow from the primitives' own rules.
 *
 * `input` is memory, `argument` a number that each run brings, `apply` an operation, `repeat` a body that runs several times; `result` asks
 * for a value to be in memory at the end. `planProgram` makes a program of it.
 *
 * ```ts
 * const graph = new Graph();
 * const x = graph.input({ shape: [2, 3], dtype: 'float32' });
 * const square = graph.apply(primitives.mul, [x, x], {});
 * console.log(graph.apply(primitives.mul, [x, x], {}) === square, square.shape); // prints true [ 2, 3 ]
 * ```
 *
 * @throws ShapeError or DTypeError of a primitive whose inputs do not fit
 */
export class Graph {
  readonly inputs: InputValue[] = [];
  /** The dtypes of the numbers that each run brings. */
  readonly arguments: Scalar[] = [];
  readonly results: Result[] = [];
  /** All values, each at its number. */
  readonly values: Value[] = [];
  /** What is computed where what it is made of is, although it is read elsewhere: so that less is kept in between. */
  readonly ahead = new Set<Value>();
  readonly #known = new Map<string, Value>();

  input({ shape, dtype }: Spec, strides: Strides = contiguousStrides(shape)): InputValue {
    const input: InputValue = {
      kind: 'input',
      id: this.values.length,
      shape,
      dtype,
      strides,
      input: this.inputs.length,
    };
    this.inputs.push(input);
    this.values.push(input);
    return input;
  }

  constant(shape: Shape, dtype: DType, number: number): ConstantValue {
    const value: ConstantValue = { kind: 'constant', id: this.values.length, shape, dtype, number };
    this.values.push(value);
    return value;
  }

  /** A number that each run brings, everywhere in a shape. */
  argument(shape: Shape, dtype: DType, slot: number = this.reserve(dtype)): ArgumentValue {
    return this.#once(`argument|${slot}|${shape}`, () => ({
      kind: 'argument',
      id: this.values.length,
      shape,
      dtype,
      slot,
    }));
  }

  /** Takes slots for arguments; gives the first. */
  reserve(...dtypes: readonly Scalar[]): number {
    const first = this.arguments.length;
    this.arguments.push(...dtypes.map(computedIn));
    return first;
  }

  /**
   * @param slot the first of the operation's own arguments; such an operation is never merged with another
   * @param after what comes before although it is no input; the operation is merged only with others that wait for the same
   */
  apply(
    primitive: Primitive<never>,
    inputs: readonly Value[],
    attributes: object,
    slot?: number,
    after?: AppliedValue['after'],
  ): Value {
    // Before anything else, because it tells of what does not fit.
    const { shape, dtype } = primitive.infer(inputs, attributes as never);
    const make = (): AppliedValue => {
      return { kind: 'applied', id: this.values.length, shape, dtype, primitive, inputs, attributes, slot, after };
    };
    if (slot !== undefined) {
      const made = make();
      this.values.push(made);
      return made;
    }
    const simpler = simplify(primitive, inputs, attributes, (other, of, how) =>
      this.apply(other, of, how, undefined, after),
    );
    if (simpler && sameShape(simpler.shape, shape) && simpler.dtype === dtype) return simpler;
    const key = `${primitive.name}|${JSON.stringify(attributes)}|${inputs.map(nameOf)}|${after?.id}`;
    return this.#once(key, make);
  }

  /** Runs a body several times; gives what becomes of each of its results. */
  repeat(
    body: Body,
    inputs: readonly Value[],
    turns: number,
    reverse: boolean,
    after?: RepeatValue['after'],
  ): OutcomeValue[] {
    const of: RepeatValue = {
      kind: 'repeat',
      id: this.values.length,
      shape: [],
      dtype: 'float32',
      body,
      turns,
      reverse,
      inputs,
      after,
    };
    this.values.push(of);
    return body.graph.results.map(({ value, into }, result) => {
      const shape = into ? value.shape : [turns, ...value.shape];
      const outcome: OutcomeValue = { kind: 'outcome', id: this.values.length, shape, dtype: value.dtype, of, result };
      this.values.push(outcome);
      return outcome;
    });
  }

  /** Asks for a value to be in memory when the program has run, in memory of its own or in an input's. */
  result(value: Value, into?: InputValue): void {
    // What another input held must be a value of its own: that input may be overwritten before.
    const own = value.kind === 'input' && into ? this.apply(copy as Primitive<never>, [value], {}) : value;
    this.results.push({ value: own, into });
  }

  #once<V extends Value>(key: string, make: () => V): V {
    return getOrMake(this.#known as Map<string, V>, key, () => {
      const made = make();
      this.values.push(made);
      return made;
    });
  }
}

/** Constants are the same by their number and shape, everything else by identity. */
function nameOf(value: Value): string {
  if (value.kind !== 'constant') return `${value.id}`;
  // A text of its digits alone does not tell -0 from 0.
  return `${value.dtype}${Object.is(value.number, -0) ? '-0' : value.number}[${value.shape}]`;
}
