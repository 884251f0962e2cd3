/**
 * The primitives on tensors: nothing is broadcast or converted. Every function is written in these. Import them as a namespace, so
 * that a bundle takes just the ones that are used.
 */
import type { DType, Shape } from '@evenkeel/backend';
import { convolve, type None, type Operations, type Primitive } from '@evenkeel/compiler';
import * as primitives from '@evenkeel/compiler/primitives';
import { applyPrimitive } from '../engine/apply.ts';
import { Tensor } from '../tensor.ts';
import { isAutocastEnabled } from './mode.ts';

const none = {};

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor | number) => Tensor;
type Reduction = Primitive<{ readonly dims: readonly number[] }>;
type AttributesOf<P> = P extends Primitive<infer Attributes> ? Attributes : never;

const unary =
  (primitive: Primitive<None>): Unary =>
  (x) =>
    applyPrimitive(primitive, [x], none);

const binary =
  (primitive: Primitive<None>): Binary =>
  (a, b) =>
    applyPrimitive(primitive, [a, like(b, a)], none);

const reduction =
  (primitive: Reduction) =>
  (x: Tensor, dims: readonly number[]): Tensor =>
    applyPrimitive(primitive, [x], { dims });

/** A number as a tensor of another's shape and dtype; it costs no memory. */
function like(value: Tensor | number, other: Tensor): Tensor {
  return typeof value === 'number' ? new Tensor(other.shape, other.dtype, value) : value;
}

export const neg = /* @__PURE__ */ unary(primitives.neg);
export const abs = /* @__PURE__ */ unary(primitives.abs);
export const sign = /* @__PURE__ */ unary(primitives.sign);
export const floor = /* @__PURE__ */ unary(primitives.floor);
export const ceil = /* @__PURE__ */ unary(primitives.ceil);
export const trunc = /* @__PURE__ */ unary(primitives.trunc);
export const round = /* @__PURE__ */ unary(primitives.round);
export const sqrt = /* @__PURE__ */ unary(primitives.sqrt);
export const exp = /* @__PURE__ */ unary(primitives.exp);
export const expm1 = /* @__PURE__ */ unary(primitives.expm1);
export const log = /* @__PURE__ */ unary(primitives.log);
export const log1p = /* @__PURE__ */ unary(primitives.log1p);
export const sin = /* @__PURE__ */ unary(primitives.sin);
export const cos = /* @__PURE__ */ unary(primitives.cos);
export const atan = /* @__PURE__ */ unary(primitives.atan);
export const tanh = /* @__PURE__ */ unary(primitives.tanh);
export const erf = /* @__PURE__ */ unary(primitives.erf);
export const not = /* @__PURE__ */ unary(primitives.not);
export const copy = /* @__PURE__ */ unary(primitives.copy);

export const add = /* @__PURE__ */ binary(primitives.add);
export const sub = /* @__PURE__ */ binary(primitives.sub);
export const mul = /* @__PURE__ */ binary(primitives.mul);
export const div = /* @__PURE__ */ binary(primitives.div);
export const fmod = /* @__PURE__ */ binary(primitives.fmod);
export const pow = /* @__PURE__ */ binary(primitives.pow);
export const maximum = /* @__PURE__ */ binary(primitives.maximum);
export const minimum = /* @__PURE__ */ binary(primitives.minimum);
export const and = /* @__PURE__ */ binary(primitives.and);
export const or = /* @__PURE__ */ binary(primitives.or);
export const xor = /* @__PURE__ */ binary(primitives.xor);
export const eq = /* @__PURE__ */ binary(primitives.eq);
export const ne = /* @__PURE__ */ binary(primitives.ne);
export const lt = /* @__PURE__ */ binary(primitives.lt);
export const le = /* @__PURE__ */ binary(primitives.le);
export const gt = /* @__PURE__ */ binary(primitives.gt);
export const ge = /* @__PURE__ */ binary(primitives.ge);

export const sum = /* @__PURE__ */ reduction(primitives.sum);
export const prod = /* @__PURE__ */ reduction(primitives.prod);
export const amax = /* @__PURE__ */ reduction(primitives.amax);
export const amin = /* @__PURE__ */ reduction(primitives.amin);
export const argmax = /* @__PURE__ */ reduction(primitives.argmax);
export const argmin = /* @__PURE__ */ reduction(primitives.argmin);

export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const other = typeof a === 'number' ? (b as Tensor) : a;
  return applyPrimitive(primitives.where, [condition, like(a, other), like(b, other)], none);
}

export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : applyPrimitive(primitives.cast, [x], { dtype });
}

/**
 * What a function takes under `autocast` for x: the same values as float16 (products) or float32 (what needs its range). Elsewhere, and
 * where x is neither, x itself.
 */
export function autocasted(x: Tensor, dtype: 'float16' | 'float32'): Tensor {
  const isEither = x.dtype === 'float16' || x.dtype === 'float32';
  return isEither && isAutocastEnabled() ? cast(x, dtype) : x;
}

/** One value everywhere; costs no memory. */
export function full(shape: Shape, value: number, dtype: DType): Tensor {
  return new Tensor(shape, dtype, value);
}

/** The place along `dim`, int32. */
export function iota(shape: Shape, dim: number): Tensor {
  return applyPrimitive(primitives.iota, [], { shape, dim });
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  return applyPrimitive(primitives.reshape, [x], { shape });
}

export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return applyPrimitive(primitives.permute, [x], { dims });
}

/** Dimensions of size 1 grow to `shape`, which has the same rank. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return applyPrimitive(primitives.expand, [x], { shape });
}

/** Elements `starts + i · steps` along each dimension, `shape` of them; steps may be negative. */
export function slice(x: Tensor, starts: readonly number[], steps: readonly number[], shape: Shape): Tensor {
  return applyPrimitive(primitives.slice, [x], { starts, steps, shape });
}

/** Zeros before, after and (`interior` of them) between the elements of each dimension. */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  interior: readonly number[],
): Tensor {
  return applyPrimitive(primitives.pad, [x], { before, after, interior });
}

export function concat(parts: readonly Tensor[], dim: number): Tensor {
  return applyPrimitive(primitives.concat, parts, { dim });
}

/** `[…, m, k] · […, k, n]` with equal leading dimensions. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return applyPrimitive(primitives.matmul, halves(a, b), none);
}

/** `out[…, i, …] = x[…, index[…, i, …], …]` along `dim`. */
export function gather(x: Tensor, index: Tensor, dim: number): Tensor {
  return applyPrimitive(primitives.gather, [x, index], { dim });
}

/** Zeros of `size` along `dim`, to which `source` is added at `index`. */
export function scatterAdd(source: Tensor, index: Tensor, dim: number, size: number): Tensor {
  return applyPrimitive(primitives.scatterAdd, [source, index], { dim, size });
}

/** `[N, C, …S]` by kernels `[O, C / groups, …K]`. */
export function convolution(x: Tensor, w: Tensor, attributes: AttributesOf<typeof primitives.convolution>): Tensor {
  const [image, kernel] = halves(x, w) as [Tensor, Tensor];
  return convolve(gradientOperations, image, kernel, attributes);
}

function halves(...factors: Tensor[]): Tensor[] {
  return factors.map((factor) => autocasted(factor, 'float16'));
}

/** Sliding windows along one dimension, the place in the window as a new last dimension. */
export function windows(x: Tensor, attributes: AttributesOf<typeof primitives.windows>): Tensor {
  return applyPrimitive(primitives.windows, [x], attributes);
}

/** The transpose of `windows`. */
export function foldWindows(x: Tensor, attributes: AttributesOf<typeof primitives.foldWindows>): Tensor {
  return applyPrimitive(primitives.foldWindows, [x], attributes);
}

/** Running folds along one dimension. */
export function scan(x: Tensor, attributes: AttributesOf<typeof primitives.scan>): Tensor {
  return applyPrimitive(primitives.scan, [x], attributes);
}

/** The place that each element has once its line is sorted, int32. */
export function rank(x: Tensor, attributes: AttributesOf<typeof primitives.rank>): Tensor {
  return applyPrimitive(primitives.rank, [x], attributes);
}

/** What gradients are written in. */
export const gradientOperations: Operations<Tensor> = {
  apply: applyPrimitive,
  ...{ neg, sign, exp, log, add, sub, mul, div, and, or, eq, lt, gt, ge },
  ...{ where, cast, full, sum, reshape, permute, expand },
};
