import {
  axis,
  binary,
  cast,
  type Expression,
  isFloat,
  type Kernel,
  type Limits,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import type { RankAttributes } from '../primitives/rank.ts';
import { linesAlong, readLine } from './lines.ts';
import { type Operand, Signature } from './operand.ts';

type Axes = readonly [Expression, Expression, Expression];

/** The routine, or where the backend has none the loop that counts for each element the ones before it. */
export function lowerRank(operand: Operand, { dim, descending }: RankAttributes, limits: Limits): Kernel {
  const { shape } = operand;
  const signature = new Signature([operand], 'int32');
  const value = (axes: Axes) => readLine(signature, 0, operand, dim, axes);
  const { outer, length, inner } = linesAlong(shape, dim);
  const parts = { bindings: signature.bindings, arguments: signature.arguments };
  if (limits.routines.includes('rank')) {
    return {
      form: 'routine',
      routine: 'rank',
      ...parts,
      outer,
      length,
      inner,
      descending,
      value: value([axis(0), axis(1), axis(2)]),
      output: signature.output,
    };
  }
  // Axes: outer, position, inner, then the other positions.
  const mine = value([axis(0), axis(1), axis(2)]);
  const other = value([axis(0), axis(3), axis(2)]);
  const ahead = descending ? isLess(mine, other) : isLess(other, mine);
  const equal = unary('not', binary('or', isLess(mine, other), isLess(other, mine)));
  const earlier = binary('and', equal, binary('lt', axis(3), axis(1)));
  return {
    form: 'loop',
    ...parts,
    outer: [outer, length, inner],
    inner: [length],
    reductions: [{ fn: 'sum', value: cast('int32', binary('or', ahead, earlier)) }],
    stores: [
      {
        binding: signature.output,
        index: weightedSum([axis(0), axis(1), axis(2)], [length * inner, inner, 1]),
        value: reduced('int32', 0),
      },
    ],
    elementStores: [],
  };
}

/** Less in the order in which NaN comes last. */
function isLess(a: Expression, b: Expression): Expression {
  const less = binary('lt', a, b);
  if (!isFloat(a.dtype)) return less;
  return binary('or', less, binary('and', binary('eq', a, a), binary('ne', b, b)));
}
