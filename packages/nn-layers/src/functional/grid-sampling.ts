import { ConfigError, ShapeError } from '@evenkeel/errors';
import { fmod, scope, stack, type Tensor, tensor } from '@evenkeel/tensor';

export interface GridSampleOptions {
  /** How a value between elements comes about (default `'bilinear'`, also for volumes); `'bicubic'` for images only. */
  mode?: 'bilinear' | 'nearest' | 'bicubic';
  /** What is outside: zeros (default), the outermost elements, or the mirror image. */
  paddingMode?: 'zeros' | 'border' | 'reflection';
  /** Whether −1 and 1 are the centers of the corner elements instead of their outer edges (default false). */
  alignCorners?: boolean;
}

/** Elements of one dimension that a value is made of: where they are, and how much each counts. */
type Parts = { at: Tensor; weight: Tensor | undefined }[];

/**
 * Looks up an image or a volume at the places of a grid; `torch.nn.functional.grid_sample`.
 *
 * Jaderberg et al. 2015, Spatial transformer networks.
 *
 * @param input `[N, C, H, W]` or `[N, C, D, H, W]`
 * @param grid `[N, ...T, 2]` or `[N, ...T, 3]` in [−1, 1], x (along W) first
 * @returns `[N, C, ...T]`
 * @throws ShapeError when they do not fit each other
 * @throws ConfigError for `bicubic` and a volume
 */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = 'bilinear', paddingMode = 'zeros', alignCorners = false } = options;
  const [samples = 0, channels = 0, ...extents] = input.shape;
  const spatial = extents.length;
  if (
    spatial < 2 ||
    spatial > 3 ||
    grid.ndim !== spatial + 2 ||
    grid.shape.at(-1) !== spatial ||
    grid.shape[0] !== samples
  ) {
    throw new ShapeError('the grid does not fit the input', {
      op: 'gridSample',
      shapes: [input.shape, grid.shape],
      expected: '[N, C, H, W] and [N, ..., 2], or [N, C, D, H, W] and [N, ..., 3]',
    });
  }
  if (mode === 'bicubic' && spatial !== 2) throw new ConfigError('bicubic is for images', { op: 'gridSample' });
  return scope(() => {
    const flat = input.flatten(2);
    const dimensions = extents.map((extent, d) => {
      const place = unnormalized(grid.select(-1, spatial - 1 - d).flatten(1), extent, alignCorners);
      const inside = (x: Tensor): Tensor => padded(x, extent, paddingMode, alignCorners);
      return { extent, parts: partsOf(place, mode, inside) };
    });
    let total: Tensor | undefined;
    for (const corner of combinations(dimensions.map(({ parts }) => parts))) {
      let [index, weight]: [Tensor | undefined, Tensor | undefined] = [undefined, undefined];
      for (const [d, { at, weight: share }] of corner.entries()) {
        const extent = extents[d] as number;
        const valid = at
          .ge(0)
          .logicalAnd(at.le(extent - 1))
          .to(input.dtype);
        const counted = share ? share.mul(valid) : valid;
        const near = at.clamp({ min: 0, max: extent - 1 }).to('int32');
        index = index ? index.mul(extent).add(near) : near;
        weight = weight ? weight.mul(counted) : counted;
      }
      const places = (index as Tensor).unsqueeze(1).expand([samples, channels, -1]);
      const term = flat.gather(2, places).mul((weight as Tensor).unsqueeze(1));
      total = total ? total.add(term) : term;
    }
    return (total as Tensor).reshape([samples, channels, ...grid.shape.slice(1, -1)]);
  });
}

/**
 * The grid for `gridSample` that an affine map gives; `torch.nn.functional.affine_grid`.
 *
 * @param theta `[N, 2, 3]` for images or `[N, 3, 4]` for volumes
 * @param size of the output, `[N, C, H, W]` or `[N, C, D, H, W]`
 * @returns `[N, H, W, 2]` or `[N, D, H, W, 3]`
 * @throws ShapeError when theta does not fit the size
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  { alignCorners = false }: { alignCorners?: boolean } = {},
): Tensor {
  const [samples, , ...extents] = size;
  const spatial = extents.length;
  const expected = [samples, spatial, spatial + 1];
  if (spatial < 2 || spatial > 3 || theta.shape.join() !== expected.join()) {
    throw new ShapeError('the map does not fit the size', {
      op: 'affineGrid',
      got: `theta [${theta.shape.join(', ')}] for ${size.join(' x ')}`,
      expected: `[${expected.join(', ')}]`,
    });
  }
  return scope(() => {
    const axes = extents.map((extent, d) =>
      tensor(centers(extent, alignCorners), { dtype: theta.dtype })
        .reshape([-1, ...new Array<number>(spatial - 1 - d).fill(1)])
        .expand(extents),
    );
    const ones = tensor(1, { dtype: theta.dtype }).expand(extents);
    const points = stack([...axes.reverse(), ones], -1).reshape([-1, spatial + 1]);
    return points.matmul(theta.transpose(1, 2)).reshape([samples as number, ...extents, spatial]);
  });
}

function centers(extent: number, alignCorners: boolean): number[] {
  const last = alignCorners ? 1 : (extent - 1) / extent;
  return Array.from({ length: extent }, (_, place) => (extent === 1 ? 0 : last * ((2 * place) / (extent - 1) - 1)));
}

/** From [−1, 1] to positions in elements. */
function unnormalized(x: Tensor, extent: number, alignCorners: boolean): Tensor {
  if (alignCorners) return x.add(1).mul((extent - 1) / 2);
  return x.add(1).mul(extent).sub(1).div(2);
}

function padded(x: Tensor, extent: number, mode: string, alignCorners: boolean): Tensor {
  if (mode === 'zeros') return x;
  const within = (y: Tensor): Tensor => y.clamp({ min: 0, max: extent - 1 });
  if (mode === 'border') return within(x);
  const [low, span] = alignCorners ? [0, extent - 1] : [-0.5, extent];
  if (span === 0) return x.mul(0);
  // A wave that goes up from `low` over `span`, and down again.
  const phase = fmod(x.sub(low).abs(), 2 * span);
  return within(
    phase
      .sub(span)
      .abs()
      .neg()
      .add(span + low),
  );
}

function partsOf(place: Tensor, mode: string, inside: (x: Tensor) => Tensor): Parts {
  if (mode === 'nearest') return [{ at: inside(place).detach().round(), weight: undefined }];
  const x = mode === 'bicubic' ? place : inside(place);
  const low = x.detach().floor();
  const share = x.sub(low);
  const rest = share.neg().add(1);
  if (mode === 'bilinear') {
    return [
      { at: low, weight: rest },
      { at: low.add(1), weight: share },
    ];
  }
  return [
    { at: inside(low.sub(1)), weight: far(share.add(1)) },
    { at: inside(low), weight: near(share) },
    { at: inside(low.add(1)), weight: near(rest) },
    { at: inside(low.add(2)), weight: far(rest.add(1)) },
  ];
}

// Keys' cubic convolution with a = −0.75, for distances up to 1 and from 1 to 2.
const near = (d: Tensor): Tensor => d.mul(1.25).sub(2.25).mul(d).mul(d).add(1);
const far = (d: Tensor): Tensor => d.sub(5).mul(d).add(8).mul(d).sub(4).mul(-0.75);

function combinations<Item>(lists: readonly (readonly Item[])[]): Item[][] {
  return lists.reduce<Item[][]>((found, list) => found.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}
