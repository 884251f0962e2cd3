import { binary, constant, type Expression, type Reduction, reduced, select } from '@evenkeel/backend';
import type { Fold } from '../primitive.ts';

/** Adds what a fold needs to a kernel's reductions; gives its result. `position` counts along the folded elements. */
export function folding(fold: Fold, value: Expression, position: Expression, reductions: Reduction[]): Expression {
  if (fold !== 'argmax' && fold !== 'argmin') {
    return reduced(value.dtype, reductions.push({ fn: fold, value }) - 1);
  }
  // The extreme first; then the first position that has it. If it is NaN, nothing equals it but NaN itself is found.
  const extreme = reduced(value.dtype, reductions.push({ fn: fold === 'argmax' ? 'max' : 'min', value }) - 1);
  const found = binary('or', binary('eq', value, extreme), binary('ne', value, value));
  const place = select(found, position, constant('int32', 2 ** 31 - 1));
  return reduced('int32', reductions.push({ fn: 'min', value: place }) - 1);
}
