/** A tensor as lines along one dimension: `[outer, length, inner]`, whatever dimensions lie before and behind. */
import { binary, type Expression, integer, type Shape, type Strides, sizeOf } from '@evenkeel/backend';
import { collapse } from './collapse.ts';
import type { Operand, Signature } from './operand.ts';

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

/** Operand i of the signature at a line's outer and inner number and a position along it. */
export function readLine(
  signature: Signature,
  i: number,
  operand: Operand,
  dim: number,
  [outer, position, inner]: readonly [Expression, Expression, Expression],
): Expression {
  const { shape } = operand;
  const strides = operand.strides ?? shape.map(() => 0);
  const before = unravel(outer, shape.slice(0, dim), strides.slice(0, dim));
  const after = unravel(inner, shape.slice(dim + 1), strides.slice(dim + 1));
  return signature.at(
    i,
    operand,
    [...before.terms, position, ...after.terms],
    [...before.strides, strides[dim] as number, ...after.strides],
  );
}

/** One axis that stands for several dimensions, taken apart by division where their strides do not join. */
function unravel(position: Expression, shape: Shape, strides: Strides): { terms: Expression[]; strides: number[] } {
  const joined = collapse(shape, [strides]);
  const terms: Expression[] = [];
  let step = 1;
  for (let d = joined.shape.length - 1; d >= 0; d--) {
    const extent = joined.shape[d] as number;
    const quotient = binary('div', position, integer(step));
    terms.unshift(d === 0 ? quotient : binary('rem', quotient, integer(extent)));
    step *= extent;
  }
  return { terms, strides: joined.strides[0] as number[] };
}
