import type { DType, Shape } from '@evenkeel/backend';
import type { Spec } from '@evenkeel/compiler';
import type { Accuracy } from '../host/accuracy.ts';
import { type Draw, stream } from '../host/draw.ts';
import { type HostTensor, linear, positionsOf, store } from '../host/host-tensor.ts';
import { type Layout, sourceOf } from '../host/layout.ts';

export interface CaseInput extends HostTensor {
  readonly layout: Layout;
}

/** One call of a primitive. */
export interface Case<Attributes> {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes: Attributes;
  /** The operation's own arguments (the random generator's counter). */
  readonly numbers?: readonly number[];
}

/** A choice that calculus does not make: the gradients of these inputs for a cotangent of ones. */
export interface Convention<Attributes> extends Case<Attributes> {
  readonly gradients: readonly (readonly number[] | undefined)[];
}

/** Everything the suite knows about one primitive. */
export interface OperationCases<Attributes> {
  /** The dtypes of the first input (of the output, where there is no input). */
  readonly dtypes: readonly DType[];
  readonly accuracy: Accuracy;
  /**
   * The true result, computed apart from the library: elements row by row from inputs row by row, in float64 or in whole
   * numbers. What it returns is stored in the output's dtype.
   */
  reference(
    inputs: readonly HostTensor[],
    attributes: Attributes,
    output: Spec,
    numbers: readonly number[],
  ): readonly number[];
  /** Awkward shapes, layouts and values. */
  forward(dtype: DType): Case<Attributes>[];
  /** As `forward`, with values at which the operation is differentiable and tame, all float32. Absent where nothing flows. */
  backward?(): Case<Attributes>[];
  readonly conventions?: readonly Convention<Attributes>[];
}

/** How an input of a case is described before its values are drawn. */
export interface InputPlan {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly layout?: Layout;
  readonly draw: Draw;
}

/** A case with values drawn by a stream that its name seeds. */
export function drawCase<Attributes>(
  plans: readonly InputPlan[],
  attributes: Attributes,
  note = '',
  numbers?: readonly number[],
): Case<Attributes> {
  const parts = plans.map(({ shape, dtype, layout }) => `${dtype} [${shape}]${layout ? ` ${layout}` : ''}`);
  const extra = Object.keys(attributes as object).length > 0 ? JSON.stringify(attributes) : '';
  const name = [parts.join(', '), extra, note].filter((part) => part !== '').join(' ');
  const random = stream(hash(name));
  return { name, inputs: plans.map((plan) => drawInput(plan, random)), attributes, ...(numbers && { numbers }) };
}

/** An input with given elements in one dimension. */
export function given(dtype: DType, values: readonly number[], layout: Layout = 'contiguous'): CaseInput {
  return { shape: [values.length], dtype, values: values.map((value) => store(dtype, value)), layout };
}

function drawInput({ shape, dtype, layout = 'contiguous', draw }: InputPlan, random: () => number): CaseInput {
  const positions = positionsOf(shape);
  const drawn = positions.map((_, i) => store(dtype, draw(random, i, positions.length)));
  const values = positions.map((position) => drawn[linear(shape, sourceOf(layout, position))] as number);
  return { shape, dtype, values, layout };
}

/** FNV-1a. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return state >>> 0;
}
