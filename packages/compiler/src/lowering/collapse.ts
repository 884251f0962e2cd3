import type { Shape, Strides } from '@evenkeel/backend';

/** A domain with as few dimensions as its walkers allow, and each walker's strides in it. */
export interface Collapsed {
  readonly shape: number[];
  readonly strides: number[][];
}

/**
 * Joins neighbouring dimensions that every walker crosses evenly and drops those of size 1. Fewer dimensions mean longer
 * inner loops, and equal kernels for shapes that differ only in how they are written.
 */
export function collapse(shape: Shape, walkers: readonly Strides[]): Collapsed {
  const joined: number[] = [];
  const strides: number[][] = walkers.map(() => []);
  shape.forEach((extent, d) => {
    if (extent === 1) return;
    const last = joined.length - 1;
    const even = last >= 0 && walkers.every((walk, w) => strides[w]?.[last] === (walk[d] as number) * extent);
    if (even) {
      joined[last] = (joined[last] as number) * extent;
      walkers.forEach((walk, w) => {
        (strides[w] as number[])[last] = walk[d] as number;
      });
    } else {
      joined.push(extent);
      walkers.forEach((walk, w) => {
        (strides[w] as number[]).push(walk[d] as number);
      });
    }
  });
  return { shape: joined, strides };
}
