import { ConfigError, ShapeError } from '@evenkeel/errors';
import { scope, type Tensor, tensor } from '@evenkeel/tensor';
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-pooling.ts';
import { type AntialiasedMode, antialiasedModes, antialiasedRows } from './antialiasing.ts';
import { mapDimension, type Rows } from './dimension-matrix.ts';

/** How new elements come from old ones; `linear` for one spatial dimension, `bilinear` and `bicubic` for two, `trilinear` for three. */
export type InterpolationMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'area';

export interface InterpolateOptions {
  /** The spatial size wanted, a number for every dimension or one for each. */
  size?: number | readonly number[];
  /** The factor on the spatial size, instead of `size`; the result is rounded down. */
  scaleFactor?: number | readonly number[];
  /** Default `'nearest'`. */
  mode?: InterpolationMode;
  /** Whether the corner elements' centers stay in place instead of the corners (default false). */
  alignCorners?: boolean;
  /** Whether shrinking averages over all that it leaves out, for `bilinear` and `bicubic` (default false). */
  antialias?: boolean;
  /** Whether positions follow from the sizes, although a factor was given (default false). */
  recomputeScaleFactor?: boolean;
}

const ranks: Partial<Record<InterpolationMode, number>> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3 };

/**
 * Resizes the spatial dimensions; `torch.nn.functional.interpolate`.
 *
 * Output o of a dimension looks at (o + ½) · scale − ½ of the input, with `alignCorners` at o · (L − 1) / (T − 1); `nearest` at
 * ⌊o · scale⌋. `bicubic` is Keys' convolution with a = −0.75 (Keys 1981, Cubic convolution interpolation for digital image
 * processing); with `antialias`, see `antialiasedRows`, a is −0.5.
 *
 * @param input `[N, C, ...S]` with one to three spatial dimensions
 * @returns `[N, C, ...T]`
 * @throws ConfigError unless one of size and scaleFactor is given, for a mode of other dimensions, for `alignCorners` with
 * nearest and area, and for `antialias` with any but bilinear and bicubic
 */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const { mode = 'nearest', alignCorners = false, antialias = false } = options;
  const extents = input.shape.slice(2);
  if (extents.length < 1 || extents.length > 3) {
    throw new ShapeError('interpolation needs one to three spatial dimensions', {
      op: 'interpolate',
      got: `input [${input.shape.join(', ')}]`,
      expected: '[N, C, ...S]',
    });
  }
  checkMode(mode, extents.length, alignCorners, antialias);
  const { sizes, scales } = targetOf(extents, options);
  return scope(() => {
    if (mode === 'area') {
      const pools = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d];
      return (pools[extents.length - 1] as typeof adaptiveAvgPool1d)(input, sizes);
    }
    let output = input;
    for (const [d, size] of sizes.entries()) {
      const [extent, scale] = [extents[d] as number, scales[d] as number];
      if (size === extent && scale === 1) continue;
      if (mode === 'nearest' || mode === 'nearest-exact') {
        output = pickNearest(output, d + 2, size, scale, mode === 'nearest' ? 0 : 0.5);
        continue;
      }
      if (antialias) {
        const apart = alignCorners ? position(1, extent, size, scale, true) : scale;
        output = mapDimension(output, d + 2, antialiasedRows(mode as AntialiasedMode, extent, size, apart));
        continue;
      }
      const rowsOf = mode === 'bicubic' ? cubicRows : linearRows;
      output = mapDimension(output, d + 2, rowsOf(extent, size, scale, alignCorners));
    }
    return output;
  });
}

function pickNearest(x: Tensor, dim: number, size: number, scale: number, offset: number): Tensor {
  const extent = x.shape[dim] as number;
  // In float32, as PyTorch computes it: a third of 3 is 1 and not just below.
  const step = Math.fround(scale);
  const sources = Array.from({ length: size }, (_, o) =>
    Math.min(extent - 1, Math.floor(Math.fround((o + offset) * step))),
  );
  const factor = size / extent;
  if (sources.every((source, o) => source === Math.floor(o / factor)) && Number.isInteger(factor)) {
    const shape = [...x.shape.slice(0, dim + 1), factor, ...x.shape.slice(dim + 1)];
    return x
      .unsqueeze(dim + 1)
      .expand(shape)
      .flatten(dim, dim + 1);
  }
  return x.indexSelect(dim, tensor(sources, { dtype: 'int32' }));
}

function linearRows(extent: number, size: number, scale: number, alignCorners: boolean): Rows {
  return Array.from({ length: size }, (_, o) => {
    const at = Math.max(0, position(o, extent, size, scale, alignCorners));
    const low = Math.min(Math.floor(at), extent - 1);
    const share = at - low;
    return [
      [low, 1 - share],
      [Math.min(low + 1, extent - 1), share],
    ];
  });
}

function cubicRows(extent: number, size: number, scale: number, alignCorners: boolean): Rows {
  return Array.from({ length: size }, (_, o) => {
    const at = position(o, extent, size, scale, alignCorners);
    const low = Math.floor(at);
    // Elements beyond the edge are the outermost ones.
    return [-1, 0, 1, 2].map((step) => {
      const source = Math.max(0, Math.min(extent - 1, low + step));
      return [source, cubicWeight(Math.abs(at - low - step))] as const;
    });
  });
}

function cubicWeight(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? a * (((distance - 5) * distance + 8) * distance - 4) : 0;
}

function position(output: number, extent: number, size: number, scale: number, alignCorners: boolean): number {
  if (alignCorners) return size > 1 ? (output * (extent - 1)) / (size - 1) : 0;
  return (output + 0.5) * scale - 0.5;
}

/** The sizes wanted, and how far apart in the input two neighbours of the output are. */
function targetOf(extents: readonly number[], options: InterpolateOptions): { sizes: number[]; scales: number[] } {
  const { size, scaleFactor, recomputeScaleFactor = false } = options;
  const given = size ?? scaleFactor;
  const list = typeof given === 'number' ? extents.map(() => given) : (given ?? []);
  const one = (size === undefined) !== (scaleFactor === undefined);
  if (!one || list.length !== extents.length || list.some((value) => !(value > 0))) {
    throw new ConfigError('interpolation needs either a size or a scale factor for each spatial dimension', {
      op: 'interpolate',
      got: `size ${JSON.stringify(size)}, scaleFactor ${JSON.stringify(scaleFactor)}`,
      expected: `a positive number, or ${extents.length} of them`,
    });
  }
  const sizes = extents.map((extent, d) =>
    Math.floor(size === undefined ? extent * (list[d] as number) : (list[d] as number)),
  );
  const bySize = size !== undefined || recomputeScaleFactor;
  const scales = extents.map((extent, d) => (bySize ? extent / (sizes[d] as number) : 1 / (list[d] as number)));
  return { sizes, scales };
}

function checkMode(mode: InterpolationMode, spatial: number, alignCorners: boolean, antialias: boolean): void {
  if (antialias && !antialiasedModes.includes(mode)) {
    throw new ConfigError('this mode cannot be antialiased', {
      op: 'interpolate',
      got: `mode ${mode}`,
      expected: antialiasedModes.join(' or '),
    });
  }
  const rank = ranks[mode];
  if (rank === undefined && alignCorners) {
    throw new ConfigError('alignCorners means something for linear and cubic modes only', {
      op: 'interpolate',
      got: `mode ${mode}`,
    });
  }
  if (rank !== undefined && rank !== spatial) {
    throw new ConfigError('the mode is one of another number of spatial dimensions', {
      op: 'interpolate',
      got: `mode ${mode} for ${spatial}`,
      expected: Object.entries(ranks)
        .map(([name, count]) => `${name} for ${count}`)
        .join(', '),
    });
  }
}
