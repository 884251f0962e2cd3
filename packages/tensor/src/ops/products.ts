import { sizeOf } from '@evenkeel/backend';
import { ConfigError, ShapeError } from '@evenkeel/errors';
import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import { eye } from '../creation.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { mul, sub } from './arithmetic.ts';
import { broadcastShapes, broadcastTo } from './broadcast.ts';
import { type AddmmOptions, bmm, dot, matmul, mv, outer, scaledSum } from './contraction.ts';
import { dimension } from './dims.ts';
import { cat } from './joining.ts';
import { sum, vectorNorm } from './reduction.ts';
import { roll } from './slicing.ts';

/** The sum of products over both last dimensions: `[…a, k], […b, k] → […a, …b]`. With a scalar, the product. */
export function inner(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0) return mul(a, b);
  return tensordot(a, b, [[-1], [-1]]);
}

/** As `dot`: real numbers are their own conjugates. */
export function vdot(a: Tensor, b: Tensor): Tensor {
  return dot(a, b);
}

/**
 * The sum of products over pairs of dimensions; the others of a come first, then those of b. A number n pairs the last n of a
 * with the first n of b. Default 2.
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const count = typeof dims === 'number' ? dims : dims[0].length;
  const [fromA, fromB] =
    typeof dims === 'number'
      ? [Array.from({ length: count }, (_, i) => a.ndim - count + i), Array.from({ length: count }, (_, i) => i)]
      : [
          dims[0].map((dim) => dimension('tensordot', a.shape, dim)),
          dims[1].map((dim) => dimension('tensordot', b.shape, dim)),
        ];
  const shared = fromA.map((dim) => a.shape[dim] as number);
  if (fromA.length !== fromB.length || shared.some((extent, i) => extent !== b.shape[fromB[i] as number])) {
    throw new ShapeError(`tensordot cannot pair dimensions ${fromA} of [${a.shape}] and ${fromB} of [${b.shape}]`, {
      op: 'tensordot',
      shapes: [a.shape, b.shape],
      expected: 'as many dimensions on both sides, of equal sizes',
    });
  }
  const others = (x: Tensor, taken: readonly number[]) => x.shape.map((_, d) => d).filter((d) => !taken.includes(d));
  const [restA, restB] = [others(a, fromA), others(b, fromB)];
  const [shapeA, shapeB] = [restA.map((d) => a.shape[d] as number), restB.map((d) => b.shape[d] as number)];
  return scope(() => {
    const left = ops.reshape(ops.permute(a, [...restA, ...fromA]), [sizeOf(shapeA), sizeOf(shared)]);
    const right = ops.reshape(ops.permute(b, [...fromB, ...restB]), [sizeOf(shared), sizeOf(shapeB)]);
    return ops.reshape(matmul(left, right), [...shapeA, ...shapeB]);
  });
}

/** `beta · x + alpha · a · b` for lists of matrices `[b, m, k] · [b, k, n]`. */
export function baddbmm(x: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  return scope(() => scaledSum(x, bmm(a, b), options));
}

/** `beta · x + alpha · Σ aᵢ · bᵢ` over lists of matrices `[b, m, k] · [b, k, n]`. */
export function addbmm(x: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  return scope(() => scaledSum(x, sum(bmm(a, b), 0), options));
}

/** `beta · x + alpha · a · v` for a matrix and a vector. */
export function addmv(x: Tensor, a: Tensor, v: Tensor, options: AddmmOptions = {}): Tensor {
  return scope(() => scaledSum(x, mv(a, v), options));
}

/** `beta · x + alpha · a bᵀ` for two vectors. */
export function addr(x: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  return scope(() => scaledSum(x, outer(a, b), options));
}

/** The Kronecker product: every element of a times the whole of b, put in its place. */
export function kron(a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.ndim, b.ndim);
  const aligned = (x: Tensor) => [...new Array<number>(rank - x.ndim).fill(1), ...x.shape];
  const [shapeA, shapeB] = [aligned(a), aligned(b)];
  return scope(() => {
    const left = ops.reshape(
      a,
      shapeA.flatMap((extent) => [extent, 1]),
    );
    const right = ops.reshape(
      b,
      shapeB.flatMap((extent) => [1, extent]),
    );
    return ops.reshape(
      mul(left, right),
      shapeA.map((extent, d) => extent * (shapeB[d] as number)),
    );
  });
}

/** The cross product of vectors of 3 along one dimension. Default: the first of size 3; the others broadcast. */
export function cross(a: Tensor, b: Tensor, dim?: number): Tensor {
  const shape = broadcastShapes('cross', a.shape, b.shape);
  const along = dim === undefined ? shape.indexOf(3) : dimension('cross', shape, dim);
  if (shape[along] !== 3) {
    throw new ShapeError('cross needs vectors of 3', { op: 'cross', shapes: [a.shape, b.shape] });
  }
  return scope(() => {
    const [left, right] = [broadcastTo(a, shape), broadcastTo(b, shape)];
    const next = (x: Tensor) => roll(x, -1, along);
    const afterNext = (x: Tensor) => roll(x, -2, along);
    return sub(mul(next(left), afterNext(right)), mul(afterNext(left), next(right)));
  });
}

/**
 * The p-norm distances of all pairs of rows: `[…, m, k], […, n, k] → […, m, n]`; from differences, so near rows keep their digits.
 * Default p: 2. With p = ∞ the gradient goes to each of several largest differences, whole.
 */
export function cdist(a: Tensor, b: Tensor, { p = 2 }: { readonly p?: number } = {}): Tensor {
  if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
    throw new ShapeError('cdist needs rows of one length', { op: 'cdist', shapes: [a.shape, b.shape] });
  }
  return scope(() => {
    const left = ops.reshape(a, [...a.shape.slice(0, -1), 1, a.shape.at(-1) as number]);
    const right = ops.reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
    const difference = sub(left, right);
    // Rows of nothing are no distance apart, whatever the norm.
    if (difference.shape.at(-1) === 0) return sum(difference, -1);
    return p === Infinity ? furthest(difference).squeeze(-1) : vectorNorm(difference, p, -1);
  });
}

/** The largest size of each row, kept as a dimension. Each of several largest gets the whole gradient: PyTorch's choice for distances. */
const furthest = /* @__PURE__ */ customGradient(
  (x) => ops.amax(ops.abs(x), [x.ndim - 1]),
  (cotangent, { inputs, output }) => {
    const x = inputs[0] as Tensor;
    const reached = ops.eq(ops.abs(x), ops.expand(output, x.shape));
    return [ops.where(reached, ops.mul(ops.sign(x), ops.expand(cotangent, x.shape)), 0)];
  },
);

/** The p-norm distances of the pairs i < j of a matrix's rows, in order: `[n, k] → [n (n - 1) / 2]`. */
export function pdist(x: Tensor, p = 2): Tensor {
  if (x.ndim !== 2) throw new ShapeError('pdist takes a matrix', { op: 'pdist', shapes: [x.shape] });
  const count = x.shape[0] as number;
  return scope(() => {
    const all = ops.reshape(cdist(x, x, { p }), [count * count]);
    const pairs = Array.from({ length: count }, (_, i) => ops.slice(all, [i * count + i + 1], [1], [count - 1 - i]));
    return pairs.length === 0 ? all : cat(pairs);
  });
}

/** The product of a chain of matrices, in the order of multiplications that costs least. */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  if (matrices.length === 0) throw new ShapeError('chainMatmul needs a matrix', { op: 'chainMatmul', got: 'none' });
  const sizes = [matrices[0]?.shape[0] as number, ...matrices.map((x) => x.shape[1] as number)];
  const plans = new Map<string, { cost: number; cut: number }>();
  const plan = (from: number, to: number): { cost: number; cut: number } => {
    if (from === to) return { cost: 0, cut: from };
    const key = `${from} ${to}`;
    const known = plans.get(key);
    if (known) return known;
    let best = { cost: Infinity, cut: from };
    for (let cut = from; cut < to; cut++) {
      const own = (sizes[from] as number) * (sizes[cut + 1] as number) * (sizes[to + 1] as number);
      const cost = plan(from, cut).cost + plan(cut + 1, to).cost + own;
      if (cost < best.cost) best = { cost, cut };
    }
    plans.set(key, best);
    return best;
  };
  const product = (from: number, to: number): Tensor => {
    if (from === to) return matrices[from] as Tensor;
    const { cut } = plan(from, to);
    return matmul(product(from, cut), product(cut + 1, to));
  };
  return scope(() => product(0, matrices.length - 1));
}

/** A square matrix (or a list of them) multiplied n times, n ≥ 0, by squaring. */
export function matrixPower(x: Tensor, n: number): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new ConfigError(`matrixPower cannot take the power ${n}`, {
      op: 'matrixPower',
      expected: 'an integer from 0; negative powers need an inverse, which is not there',
    });
  }
  if (x.ndim < 2 || x.shape.at(-1) !== x.shape.at(-2)) {
    throw new ShapeError('matrixPower takes square matrices', { op: 'matrixPower', shapes: [x.shape] });
  }
  return scope(() => {
    let result = broadcastTo(eye(x.shape.at(-1) as number, undefined, { dtype: x.dtype }), x.shape);
    let square = x;
    for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = matmul(result, square);
      if (rest > 1) square = matmul(square, square);
    }
    return result;
  });
}
