import type { DType, Shape } from '@evenkeel/backend';
import type { OperationName, Operations } from '@evenkeel/compiler';
import { apply } from '../engine/apply.ts';
import { Tensor } from '../tensor.ts';

const none = {};

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor | number) => Tensor;

const unary =
  (name: OperationName): Unary =>
  (x) =>
    apply(name, [x], none);

const binary =
  (name: OperationName): Binary =>
  (a, b) =>
    apply(name, [a, like(b, a)], none);

const reduction =
  (name: OperationName) =>
  (x: Tensor, dims: readonly number[]): Tensor =>
    apply(name, [x], { dims });

/** A number as a tensor of another's shape and dtype; it costs no memory. */
function like(value: Tensor | number, other: Tensor): Tensor {
  return typeof value === 'number' ? new Tensor(other.shape, other.dtype, value) : value;
}

/** The primitives on tensors: nothing is broadcast or converted. Gradients are written in these, and so is every function. */
export const operations: Operations<Tensor> = {
  neg: unary('neg'),
  abs: unary('abs'),
  sign: unary('sign'),
  floor: unary('floor'),
  ceil: unary('ceil'),
  trunc: unary('trunc'),
  round: unary('round'),
  sqrt: unary('sqrt'),
  exp: unary('exp'),
  expm1: unary('expm1'),
  log: unary('log'),
  log1p: unary('log1p'),
  sin: unary('sin'),
  cos: unary('cos'),
  atan: unary('atan'),
  tanh: unary('tanh'),
  erf: unary('erf'),
  not: unary('not'),
  copy: unary('copy'),
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  fmod: binary('fmod'),
  pow: binary('pow'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  and: binary('and'),
  or: binary('or'),
  xor: binary('xor'),
  eq: binary('eq'),
  ne: binary('ne'),
  lt: binary('lt'),
  le: binary('le'),
  gt: binary('gt'),
  ge: binary('ge'),
  where(condition, a, b) {
    const other = typeof a === 'number' ? (b as Tensor) : a;
    return apply('where', [condition, like(a, other), like(b, other)], none);
  },
  cast: (x, dtype) => (x.dtype === dtype ? x : apply('cast', [x], { dtype })),
  full: (shape: Shape, value: number, dtype: DType) => new Tensor(shape, dtype, value),
  sum: reduction('sum'),
  prod: reduction('prod'),
  amax: reduction('amax'),
  amin: reduction('amin'),
  reshape: (x, shape) => apply('reshape', [x], { shape }),
  permute: (x, dims) => apply('permute', [x], { dims }),
  expand: (x, shape) => apply('expand', [x], { shape }),
  slice: (x, starts, steps, shape) => apply('slice', [x], { starts, steps, shape }),
  pad: (x, before, after, interior) => apply('pad', [x], { before, after, interior }),
  matmul: (a, b) => apply('matmul', [a, b], none),
  gather: (x, index, dim) => apply('gather', [x, index], { dim }),
  convolution: (x, w, attributes) => apply('convolution', [x, w], attributes),
  windows: (x, attributes) => apply('windows', [x], attributes),
  foldWindows: (x, attributes) => apply('foldWindows', [x], attributes),
  scan: (x, attributes) => apply('scan', [x], attributes),
  scatterAdd: (source, index, dim, size) => apply('scatterAdd', [source, index], { dim, size }),
};
