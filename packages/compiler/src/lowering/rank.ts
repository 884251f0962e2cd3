import {
  axis,
  binary,
  cast,
  type Expression,
  isFloat,
  type Kernel,
  reduced,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import type { RankAttributes } from '../primitives/rank.ts';
import { here, type RoutineParts } from './routine.ts';

/** The routine, or where the backend has none the loop that counts for each element the ones before it. */
export function rankKernel(parts: RoutineParts, { descending }: RankAttributes): Kernel {
  const { outer, length, inner, limits } = parts;
  const mine = parts.read(0, here);
  if (limits.routines.includes('rank')) {
    const output = parts.bindOutput();
    return {
      form: 'routine',
      routine: 'rank',
      ...parts.signature(),
      outer,
      length,
      inner,
      descending,
      value: mine,
      output,
    };
  }
  // Axes: outer, position, inner, then the other positions.
  const other = parts.read(0, [axis(0), axis(3), axis(2)]);
  const ahead = descending ? isLess(mine, other) : isLess(other, mine);
  const equal = unary('not', binary('or', isLess(mine, other), isLess(other, mine)));
  const earlier = binary('and', equal, binary('lt', axis(3), axis(1)));
  const index = weightedSum(here, [length * inner, inner, 1]);
  const stores = [{ binding: parts.bindOutput(), index, value: reduced('int32', 0) }];
  return {
    form: 'loop',
    ...parts.signature(),
    outer: [outer, length, inner],
    inner: [length],
    reductions: [{ fn: 'sum', value: cast('int32', binary('or', ahead, earlier)) }],
    stores,
    elementStores: [],
  };
}

/** Less in the order in which NaN comes last. */
function isLess(a: Expression, b: Expression): Expression {
  const less = binary('lt', a, b);
  if (!isFloat(a.dtype)) return less;
  return binary('or', less, binary('and', binary('eq', a, a), binary('ne', b, b)));
}
