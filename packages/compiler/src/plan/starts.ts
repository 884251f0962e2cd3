import { integer, type Kernel, weightedSum } from '@evenkeel/backend';
import { rangeOf, tidy } from '../positions/divide.ts';
import { placesIn, withPlaces } from './rewrite-kernel.ts';

/**
 * A kernel whose bindings begin where it first reads or writes: layers that differ only in where their memory lies share a kernel so.
 * Gives the elements by which each binding begins later.
 *
 * @param mayMove which bindings may begin elsewhere
 */
export function fromItsStarts(
  kernel: Kernel,
  mayMove: (binding: number) => boolean,
): { kernel: Kernel; starts: number[] } {
  const starts = new Array<number>(kernel.bindings.length).fill(0);
  if (kernel.form === 'routine') return { kernel, starts };
  const extents =
    kernel.form === 'loop'
      ? [...kernel.outer, ...kernel.inner]
      : [...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k];
  const first = new Map<number, number>();
  for (const { binding, index, guard } of placesIn(kernel)) {
    // Where it reads only at times, it may read nowhere.
    const [lowest] = guard ? [0] : rangeOf(index, extents);
    first.set(binding, Math.min(first.get(binding) ?? lowest, lowest));
  }
  for (const [binding, lowest] of first) if (lowest > 0 && mayMove(binding)) starts[binding] = lowest;
  if (starts.every((start) => start === 0)) return { kernel, starts };
  const moved = withPlaces(kernel, ({ binding, index }) => {
    const start = starts[binding] as number;
    return start === 0 ? index : tidy(weightedSum([index, integer(1)], [1, -start]));
  });
  return { kernel: moved, starts };
}
