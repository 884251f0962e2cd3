import { sizeOf } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { scope } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { add, mul } from './arithmetic.ts';
import { broadcastShapes, broadcastTo, promoteTypes, toFloat } from './broadcast.ts';
import { methods } from './method.ts';

/**
 * The matrix product with PyTorch's rules: vectors are rows on the left and columns on the right, leading dimensions broadcast.
 * `[…, m, k] · […, k, n] → […, m, n]`.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0 || a.shape.at(-1) !== b.shape.at(b.ndim === 1 ? 0 : -2)) {
    throw new ShapeError(`matmul cannot multiply [${a.shape}] and [${b.shape}]`, {
      op: 'matmul',
      shapes: [a.shape, b.shape],
      expected: 'the last size of the left to be the last but one of the right',
    });
  }
  return scope(() => {
    const dtype = promoteTypes(toFloat(a).dtype, toFloat(b).dtype);
    // Rounded under autocast before their shapes change: by what makes them.
    const [left, right] = [a, b].map((x) => ops.autocasted(ops.cast(x, dtype), 'float16')) as [Tensor, Tensor];
    const product = multiply(
      a.ndim === 1 ? ops.reshape(left, [1, a.size]) : left,
      b.ndim === 1 ? ops.reshape(right, [b.size, 1]) : right,
    );
    const shape = [...product.shape];
    if (b.ndim === 1) shape.pop();
    if (a.ndim === 1) shape.splice(b.ndim === 1 ? -1 : -2, 1);
    return ops.reshape(product, shape);
  });
}

function multiply(a: Tensor, b: Tensor): Tensor {
  const [lead, [rows, inner]] = [a.shape.slice(0, -2), a.shape.slice(-2) as [number, number]];
  // One matrix on the right serves all on the left: a single product with more rows.
  if (b.ndim === 2 && lead.length > 0) {
    const tall = ops.matmul(ops.reshape(a, [sizeOf(lead) * rows, inner]), b);
    return ops.reshape(tall, [...lead, rows, b.shape[1] as number]);
  }
  const batch = broadcastShapes('matmul', lead, b.shape.slice(0, -2));
  return ops.matmul(broadcastTo(a, [...batch, ...a.shape.slice(-2)]), broadcastTo(b, [...batch, ...b.shape.slice(-2)]));
}

/** The product of two matrices: `[m, k] · [k, n]`. */
export function mm(a: Tensor, b: Tensor): Tensor {
  expectRanks('mm', a, 2, b, 2);
  return matmul(a, b);
}

/** The products of two lists of matrices: `[b, m, k] · [b, k, n]`. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  expectRanks('bmm', a, 3, b, 3);
  return matmul(a, b);
}

/** A matrix times a vector: `[m, k] · [k]`. */
export function mv(a: Tensor, b: Tensor): Tensor {
  expectRanks('mv', a, 2, b, 1);
  return matmul(a, b);
}

/** The inner product of two vectors, a scalar. */
export function dot(a: Tensor, b: Tensor): Tensor {
  expectRanks('dot', a, 1, b, 1);
  return matmul(a, b);
}

/** All products of two vectors' elements: `[m], [n] → [m, n]`. */
export function outer(a: Tensor, b: Tensor): Tensor {
  expectRanks('outer', a, 1, b, 1);
  return scope(() => mul(ops.reshape(a, [a.size, 1]), b));
}

export interface AddmmOptions {
  /** The factor of the input. Default 1. */
  readonly beta?: number;
  /** The factor of the product. Default 1. */
  readonly alpha?: number;
}

/** `beta · x + alpha · a · b`. */
export function addmm(x: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  expectRanks('addmm', a, 2, b, 2);
  return scope(() => scaledSum(x, matmul(a, b), options));
}

/** @internal `beta · x + alpha · product`; with beta 0 what x holds does not matter, not even NaN. */
export function scaledSum(x: Tensor, product: Tensor, { beta = 1, alpha = 1 }: AddmmOptions): Tensor {
  const scaled = alpha === 1 ? product : mul(product, alpha);
  return beta === 0 ? scaled : add(beta === 1 ? x : mul(x, beta), scaled);
}

function expectRanks(op: string, a: Tensor, rankA: number, b: Tensor, rankB: number): void {
  if (a.ndim === rankA && b.ndim === rankB) return;
  throw new ShapeError(`${op} takes tensors of ${rankA} and ${rankB} dimensions`, {
    op,
    shapes: [a.shape, b.shape],
  });
}

declare module '../tensor.ts' {
  interface Tensor {
    matmul(other: Tensor): Tensor;
  }
}

methods({ matmul });
