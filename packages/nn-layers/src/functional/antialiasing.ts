import type { Rows } from './dimension-matrix.ts';

interface Filter {
  /** Half its width. */
  readonly radius: number;
  readonly weight: (distance: number) => number;
}

const filters: Readonly<Record<'bilinear' | 'bicubic', Filter>> = {
  bilinear: { radius: 1, weight: (distance) => Math.max(0, 1 - distance) },
  bicubic: { radius: 2, weight: cubicWeight },
};

export type AntialiasedMode = keyof typeof filters;

export const antialiasedModes: readonly string[] = /* @__PURE__ */ Object.keys(filters);

/**
 * How outputs come from inputs when shrinking must not let fine patterns through as coarse ones: output o is a mean of the inputs
 * around (o + ½) · scale, weighted by the mode's filter, which is stretched by the scale where that is above 1. Pillow's filters,
 * as PyTorch has them; the cubic one is Keys' with a = −½.
 *
 * @param scale how far apart in the input two neighbors of the output are
 */
export function antialiasedRows(mode: AntialiasedMode, extent: number, size: number, scale: number): Rows {
  const { radius, weight } = filters[mode];
  const stretch = Math.max(1, scale);
  return Array.from({ length: size }, (_, o) => {
    const center = scale * (o + 0.5);
    const first = Math.max(0, Math.trunc(center - radius * stretch + 0.5));
    const end = Math.min(extent, Math.trunc(center + radius * stretch + 0.5));
    const shares = Array.from({ length: Math.max(0, end - first) }, (_, i) =>
      weight(Math.abs((first + i + 0.5 - center) / stretch)),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    return shares.map((share, i) => [first + i, share / total] as const);
  });
}

function cubicWeight(distance: number): number {
  const a = -0.5;
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? a * (((distance - 5) * distance + 8) * distance - 4) : 0;
}
