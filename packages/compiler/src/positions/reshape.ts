import { contiguousStrides, type Expression, integer, type Shape, weightedSum } from '@evenkeel/backend';
import { divide, type Extents, tidy } from './divide.ts';

/** The number of an element, row by row, from its place in each dimension. */
export function ravel(at: readonly Expression[], shape: Shape): Expression {
  return weightedSum(
    at.map((position, d) => (shape[d] === 1 ? integer(0) : position)),
    contiguousStrides(shape),
  );
}

/** An element's place in each dimension from its number. */
export function unravel(number: Expression, shape: Shape, extents: Extents): Expression[] {
  const at: Expression[] = new Array(shape.length);
  let left = number;
  const first = shape.findIndex((extent) => extent !== 1);
  for (let d = shape.length - 1; d >= 0; d--) {
    const extent = shape[d] as number;
    if (extent === 1) at[d] = integer(0);
    // The outermost place is what is left: a quotient needs no rest.
    else if (d === first) at[d] = left;
    else {
      const { quotient, rest } = divide(left, extent, extents);
      at[d] = rest;
      left = quotient;
    }
  }
  return at;
}

/**
 * Where an element at `at` of the shape `to` lies in the shape `from`, which has as many. Dimensions are matched in the smallest
 * groups of equal size, so that what is not split or joined stays as it is.
 */
export function reshaped(at: readonly Expression[], to: Shape, from: Shape, extents: Extents): Expression[] {
  const found: Expression[] = [];
  let [t, f] = [0, 0];
  while (f < from.length) {
    const [firstT, firstF] = [t, f];
    let inTo = to[t++] ?? 1;
    let inFrom = from[f++] as number;
    while (inTo !== inFrom) {
      if (inTo < inFrom) inTo *= to[t++] ?? 1;
      else inFrom *= from[f++] as number;
    }
    const [toGroup, fromGroup] = [to.slice(firstT, t), from.slice(firstF, f)];
    if (toGroup.length === 1 && fromGroup.length === 1) found.push(at[firstT] ?? integer(0));
    else found.push(...unravel(tidy(ravel(at.slice(firstT, t), toGroup)), fromGroup, extents));
  }
  return found;
}
