import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { mul } from './arithmetic.ts';
import { inFloat32 } from './broadcast.ts';
import { dimension } from './dims.ts';
import type { ValuesAndIndices } from './extremes.ts';
import { finitePeak } from './finite-peak.ts';
import { cat } from './joining.ts';
import { slice } from './slicing.ts';

/** Running sums along one dimension; of integers and bools as int32. */
export function cumsum(x: Tensor, dim: number): Tensor {
  return running('cumsum', x, dim, 'sum');
}

/** Running products along one dimension; right gradients at zeros too. */
export function cumprod(x: Tensor, dim: number): Tensor {
  return running('cumprod', x, dim, 'prod');
}

/** Running maxima along one dimension and where they were found, the last of equal ones; the gradient goes there. */
export function cummax(x: Tensor, dim: number): ValuesAndIndices {
  return runningExtreme('cummax', x, dim, 'max');
}

/** Running minima along one dimension and where they were found, the last of equal ones; the gradient goes there. */
export function cummin(x: Tensor, dim: number): ValuesAndIndices {
  return runningExtreme('cummin', x, dim, 'min');
}

/** log of running sums of eˣ along one dimension, shifted by the line's maximum so that it does not overflow. */
export function logcumsumexp(x: Tensor, dim: number): Tensor {
  return inFloat32(x, (float) => {
    const along = dimension('logcumsumexp', x.shape, dim);
    if (x.ndim === 0) return ops.copy(float);
    const shift = ops.expand(finitePeak(float, [along]), x.shape);
    const total = ops.scan(ops.exp(ops.sub(float, shift)), { dim: along, fn: 'sum', reverse: false });
    return ops.add(ops.log(total), shift);
  });
}

export interface DiffOptions {
  /** What is put before x along the dimension. */
  readonly prepend?: Tensor;
  /** What is put behind it. */
  readonly append?: Tensor;
}

/** The n-th differences of neighbours along one dimension; of bools whether they differ. */
export function diff(x: Tensor, n = 1, dim = -1, { prepend, append }: DiffOptions = {}): Tensor {
  const along = dimension('diff', x.shape, dim, x.ndim);
  return scope(() => {
    let result = x;
    if (prepend || append) result = cat([...(prepend ? [prepend] : []), x, ...(append ? [append] : [])], along);
    for (let i = 0; i < n; i++) {
      const [next, previous] = [slice(result, along, 1), slice(result, along, 0, -1)];
      result = x.dtype === 'bool' ? ops.xor(next, previous) : ops.sub(next, previous);
    }
    return result === x ? ops.copy(x) : result;
  });
}

function running(name: string, x: Tensor, dim: number, fn: 'sum' | 'prod'): Tensor {
  const along = dimension(name, x.shape, dim);
  return scope(() => {
    const input = x.dtype === 'bool' ? ops.cast(x, 'int32') : ops.autocasted(x, 'float32');
    return x.ndim === 0 ? ops.copy(input) : ops.scan(input, { dim: along, fn, reverse: false });
  });
}

function runningExtreme(name: string, x: Tensor, dim: number, fn: 'max' | 'min'): ValuesAndIndices {
  const along = dimension(name, x.shape, dim);
  return scope(() => {
    if (x.ndim === 0) return { values: ops.copy(x), indices: new Tensor([], 'int32', 0) };
    const best = ops.scan(x.detach(), { dim: along, fn, reverse: false });
    const position = ops.iota(x.shape, along);
    // NaN stays the extreme once it came, and is found where it came last.
    const has = ops.or(ops.eq(x, best), ops.ne(x, x));
    const found = ops.where(has, position, ops.full(x.shape, -1, 'int32'));
    const indices = ops.scan(found, { dim: along, fn: 'max', reverse: false });
    return { values: ops.gather(x, indices, along), indices };
  });
}

/** The trapezoidal rule along one dimension: Σ (yᵢ + yᵢ₊₁) / 2 · dx; or, with a tensor of places x, with xᵢ₊₁ - xᵢ for dx. */
export function trapezoid(y: Tensor, dx: number | Tensor = 1, dim = -1): Tensor {
  return scope(() => areas(y, dx, dim).sum(dim));
}

/** The trapezoidal rule from the start to each place but the first. */
export function cumulativeTrapezoid(y: Tensor, dx: number | Tensor = 1, dim = -1): Tensor {
  return scope(() => cumsum(areas(y, dx, dim), dim));
}

function areas(y: Tensor, dx: number | Tensor, dim: number): Tensor {
  const sums = ops.add(slice(y, dim, 1), slice(y, dim, 0, -1));
  return typeof dx === 'number' ? ops.mul(sums, dx / 2) : mul(sums, mul(widths(dx, y, dim), 0.5));
}

/** How far places are apart: those of one dimension for all lines of y, or as many as y has. */
function widths(x: Tensor, y: Tensor, dim: number): Tensor {
  if (x.ndim !== 1) return ops.sub(slice(x, dim, 1), slice(x, dim, 0, -1));
  const along = dimension('trapezoid', y.shape, dim);
  return ops.reshape(
    ops.sub(slice(x, 0, 1), slice(x, 0, 0, -1)),
    y.shape.map((_, d) => (d === along ? x.size - 1 : 1)),
  );
}
