import { axis, binary, cast, constant, identityOf, type Kernel, reduced, select, weightedSum } from '@evenkeel/backend';
import type { ScanAttributes } from '../primitives/scan.ts';
import { here, type RoutineParts } from './routine.ts';

/** The routine, or where the backend has none the loop that folds anew for each element. */
export function scanKernel(parts: RoutineParts, { fn, reverse }: ScanAttributes): Kernel {
  const { outer, length, inner, limits, dtype } = parts;
  if (limits.routines.includes('scan')) {
    const value = parts.read(0, here);
    const output = parts.bindOutput();
    return { form: 'routine', routine: 'scan', ...parts.signature(), outer, length, inner, fn, reverse, value, output };
  }
  // Axes: outer, position, inner, then the positions that are folded.
  const reached = binary(reverse ? 'ge' : 'le', axis(3), axis(1));
  const read = parts.read(0, [axis(0), axis(3), axis(2)]);
  const value = select(reached, read, constant(read.dtype, identityOf(fn, read.dtype)));
  const index = weightedSum(here, [length * inner, inner, 1]);
  const stores = [{ binding: parts.bindOutput(), index, value: cast(dtype, reduced(value.dtype, 0)) }];
  return {
    form: 'loop',
    ...parts.signature(),
    outer: [outer, length, inner],
    inner: [length],
    reductions: [{ fn, value }],
    stores,
    elementStores: [],
  };
}
