/** What the kernels along a line are written with, whatever reads them. */
import { axis, type DType, type Expression, type Kernel, type Limits, type Shape, sizeOf } from '@evenkeel/backend';

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
  /** An input's element. */
  read(input: number, place: LinePlace): Expression;
  /** Binds the output, which is written row by row. */
  bindOutput(): number;
  /** What the kernel binds; asked for last. */
  signature(): Pick<Kernel, 'bindings' | 'arguments'>;
  readonly limits: Limits;
  /** The output's. */
  readonly dtype: DType;
}
