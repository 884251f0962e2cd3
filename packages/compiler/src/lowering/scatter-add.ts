import {
  axis,
  binary,
  bounded,
  cast,
  integer,
  type Kernel,
  reduced,
  select,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import type { ScatterAddAttributes } from '../primitives/scatter-add.ts';
import { here, type LinePlace, type RoutineParts } from './routine.ts';

/** The routine, or where the backend has none the loop that looks for each destination's sources. */
export function scatterAddKernel(parts: RoutineParts, { size }: ScatterAddAttributes): Kernel {
  const { outer, length, inner, limits, dtype } = parts;
  if (limits.routines.includes('scatterAdd')) {
    const [value, index] = [parts.read(0, here), parts.read(1, here)];
    const output = parts.bindOutput();
    return {
      form: 'routine',
      routine: 'scatterAdd',
      ...parts.signature(),
      outer,
      length,
      inner,
      size,
      index,
      value,
      output,
    };
  }
  // Axes: outer, destination, inner, then the position that is folded over.
  const place: LinePlace = [axis(0), axis(3), axis(2)];
  const destination = parts.read(1, place);
  // Held within its bounds only to report one that is not: such a source belongs to no destination.
  const reported = binary('ge', bounded(destination, size), integer(0));
  const hit = binary('and', reported, binary('eq', destination, axis(1)));
  const read = parts.read(0, place);
  const value = select(hit, read, zero(read.dtype));
  const index = weightedSum(here, [size * inner, inner, 1]);
  const stores = [{ binding: parts.bindOutput(), index, value: cast(dtype, reduced(value.dtype, 0)) }];
  return {
    form: 'loop',
    ...parts.signature(),
    outer: [outer, size, inner],
    inner: [length],
    reductions: [{ fn: 'sum', value }],
    stores,
    elementStores: [],
  };
}
