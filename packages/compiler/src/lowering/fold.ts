import {
  binary,
  constant,
  type Expression,
  type Reduction,
  type ReductionFunction,
  reduced,
  select,
} from '@evenkeel/backend';
import type { Fold } from '../primitive.ts';

/** Adds what a fold needs to a kernel's reductions; gives its result. `position` counts along the folded elements. */
export function folding(fold: Fold, value: Expression, position: Expression, reductions: Reduction[]): Expression {
  if (fold !== 'argmax' && fold !== 'argmin') return folded(fold, value, reductions);
  // The extreme first; then the first position that has it. If it is NaN, nothing equals it but NaN itself is found.
  const extreme = folded(fold === 'argmax' ? 'max' : 'min', value, reductions);
  const found = binary('or', binary('eq', value, extreme), binary('ne', value, value));
  const place = select(found, position, constant('int32', 2 ** 31 - 1));
  return folded('min', place, reductions);
}

/** The result of a reduction that the kernel may have already. */
function folded(fn: ReductionFunction, value: Expression, reductions: Reduction[]): Expression {
  const known = reductions.findIndex((reduction) => reduction.fn === fn && reduction.value === value);
  return reduced(value.dtype, known < 0 ? reductions.push({ fn, value }) - 1 : known);
}
