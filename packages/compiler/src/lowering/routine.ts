/** What the kernels along a line are written with, whatever reads them. */
import { axis, type DType, type Expression, type Kernel, type Limits, type Shape, sizeOf } from '@evenkeel/backend';
import type { Evaluation } from '../emission/evaluation.ts';
import type { Cluster, Kept } from '../fusion/cluster.ts';
import type { AppliedValue, Value } from '../graph/value.ts';
import { unravel } from '../positions/reshape.ts';

/** A tensor as lines along one dimension: `[outer, length, inner]`, whatever dimensions lie before and behind. */
export interface Lines {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function linesAlong(shape: Shape, dim: number): Lines {
  return {
    outer: sizeOf(shape.slice(0, dim)),
    length: shape[dim] as number,
    inner: sizeOf(shape.slice(dim + 1)),
  };
}

/** Outer number, position along the line, inner number. */
export type LinePlace = readonly [Expression, Expression, Expression];

/** The place that a routine's expressions are written for. */
export const here: LinePlace = [axis(0), axis(1), axis(2)];

export interface RoutineParts extends Lines {
  /** An input's element, in the dtype in which it is computed with. */
  read(input: number, place: LinePlace): Expression;
  /** Binds the output, which is written row by row. */
  bindOutput(): number;
  /** What the kernel binds; asked for last. */
  signature(): Pick<Kernel, 'bindings' | 'arguments'>;
  readonly limits: Limits;
  /** The output's. */
  readonly dtype: DType;
}

/** The kernel of an operation along lines. What it reads is computed inside of it. */
export function alongLines<Attributes extends { readonly dim: number }>(
  kernelOf: (parts: RoutineParts, attributes: Attributes) => Kernel,
): (cluster: Cluster, evaluation: Evaluation, limits: Limits) => Kernel {
  return (cluster, evaluation, limits) => {
    const [{ value: kept, memory }] = cluster.kept as [Kept];
    const { inputs, shape, dtype, ...value } = kept as AppliedValue;
    const attributes = value.attributes as Attributes;
    const { dim } = attributes;
    const lines = linesAlong((inputs[0] as Value).shape, dim);
    // The axes that the kernel is written in: outer, along the input or the output, inner, along the input.
    const extents = [lines.outer, Math.max(lines.length, shape[dim] as number), lines.inner, lines.length];
    cluster.extents = extents;
    const read = (input: number, place: LinePlace): Expression => {
      const of = inputs[input] as Value;
      const before = unravel(place[0], of.shape.slice(0, dim), extents);
      const after = unravel(place[2], of.shape.slice(dim + 1), extents);
      return evaluation.wide(of, [...before, place[1], ...after]);
    };
    const bindOutput = () => evaluation.written(memory, dtype);
    const signature = () => ({ bindings: evaluation.bindings, arguments: evaluation.arguments });
    return kernelOf({ ...lines, limits, dtype, read, bindOutput, signature }, attributes);
  };
}
