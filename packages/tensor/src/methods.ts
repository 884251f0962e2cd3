/**
 * `import '@evenkeel/tensor/methods'` makes methods of the functions that few programs call: a method cannot be left out of a
 * bundle, a function can. What every program uses are methods without it.
 *
 * By name, not as namespaces: in a built package the object of a namespace holds on to all that is in it.
 */
import { atan2, fmod, lerp, remainder } from './ops/arithmetic.ts';
import { bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor } from './ops/bitwise.ts';
import { allclose, equal, isclose, isin, isneginf, isposinf } from './ops/closeness.ts';
import { isfinite, isinf, isnan, logicalXor, where } from './ops/comparison.ts';
import { addmm, bmm, dot, mm, mv, outer } from './ops/contraction.ts';
import { diagEmbed, diagflat, diagonalScatter, trace } from './ops/diagonals.ts';
import {
  addcdiv,
  addcmul,
  deg2rad,
  floorDivide,
  gcd,
  lcm,
  ldexp,
  logit,
  nanToNum,
  positive,
  rad2deg,
  rsub,
  sgn,
  sinc,
  trueDivide,
} from './ops/elementary.ts';
import { erfc, erfinv } from './ops/error-functions.ts';
import type { ValuesAndIndices } from './ops/extremes.ts';
import { mode, msort, nanmedian, nanquantile, uniqueConsecutive } from './ops/frequencies.ts';
import { digamma, lgamma } from './ops/gamma.ts';
import { histc } from './ops/grids.ts';
import {
  indexCopy,
  indexFill,
  indexPut,
  indexReduce,
  maskedScatter,
  put,
  scatterReduce,
  selectScatter,
  sliceScatter,
  take,
} from './ops/index-writing.ts';
import { diag, diagonal, indexAdd, oneHot, scatter, scatterAdd, takeAlongDim, tril, triu } from './ops/indexing.ts';
import { chunk, split, unbind } from './ops/joining.ts';
import { methods } from './ops/method.ts';
import { pad } from './ops/padding.ts';
import { copysign, fmax, fmin, heaviside, hypot, logaddexp, logaddexp2, signbit, xlogy } from './ops/pairwise.ts';
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cosh,
  erf,
  exp2,
  expm1,
  frac,
  log1p,
  log2,
  log10,
  sinh,
  tan,
} from './ops/pointwise.ts';
import { addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot } from './ops/products.ts';
import {
  adjoint,
  atleast1d,
  atleast2d,
  atleast3d,
  expandAs,
  fliplr,
  flipud,
  moveaxis,
  narrowCopy,
  ravel,
  reshapeAs,
  rot90,
  sumToSize,
  swapaxes,
  swapdims,
  viewAs,
} from './ops/rearranging.ts';
import { logsumexp, prod, type ReduceOptions, vectorNorm } from './ops/reduction.ts';
import { cummax, cummin, cumprod, cumsum, diff, logcumsumexp } from './ops/scans.ts';
import { argwhere, bincount, maskedSelect, nonzero, repeatInterleave, unique } from './ops/selection.ts';
import { movedim, repeat, tile, unflatten } from './ops/shape.ts';
import { type IndexPart, index, roll } from './ops/slicing.ts';
import { argsort, bucketize, kthvalue, median, quantile, sort, topk } from './ops/sorting.ts';
import { dsplit, hsplit, tensorSplit, vsplit } from './ops/stacking.ts';
import {
  aminmax,
  corrcoef,
  countNonzero,
  cov,
  dist,
  matrixNorm,
  nanmean,
  nansum,
  norm,
  renorm,
  stdMean,
  varMean,
} from './ops/statistics.ts';
import {
  absolute,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctan2,
  arctanh,
  clip,
  divide,
  fix,
  floatPower,
  ger,
  greater,
  greaterEqual,
  less,
  lessEqual,
  multiply,
  negative,
  notEqual,
  numel,
  subtract,
} from './ops/synonyms.ts';
import { unfold } from './ops/windows.ts';
import { multinomial } from './random/sampling.ts';
import type { Tensor, TensorLike } from './tensor.ts';

const table = {
  ...{ atan2, fmod, lerp, remainder },
  ...{ bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor },
  ...{ allclose, equal, isclose, isfinite, isin, isinf, isnan, isneginf, isposinf },
  ...{ dot, mm, scatterAdd },
  ...{ diagEmbed, diagflat, diagonalScatter, trace },
  ...{
    addcdiv,
    addcmul,
    deg2rad,
    floorDivide,
    gcd,
    lcm,
    ldexp,
    logit,
    nanToNum,
    positive,
    rad2deg,
    rsub,
    sgn,
    sinc,
    trueDivide,
  },
  ...{ erfc, erfinv },
  ...{ argwhere, histc, mode, msort, nanquantile, uniqueConsecutive },
  ...{ digamma, lgamma },
  ...{
    indexCopy,
    indexFill,
    indexPut,
    indexReduce,
    maskedScatter,
    put,
    scatterReduce,
    selectScatter,
    sliceScatter,
    take,
  },
  ...{ diag, diagonal, indexAdd, oneHot, scatter, takeAlongDim, tril, triu },
  ...{ logsumexp, pad, prod, unfold, vectorNorm },
  ...{ copysign, fmax, fmin, heaviside, hypot, logaddexp, logaddexp2, signbit, xlogy },
  ...{ acos, acosh, asin, asinh, atan, atanh, cosh, exp2, frac, log10, log2, sinh, tan },
  ...{ addmm, bmm, chunk, erf, expm1, log1p, logicalXor, mv, outer, split, unbind },
  ...{ addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot },
  ...{
    adjoint,
    atleast1d,
    atleast2d,
    atleast3d,
    expandAs,
    fliplr,
    flipud,
    moveaxis,
    narrowCopy,
    ravel,
    reshapeAs,
    rot90,
    sumToSize,
    swapaxes,
    swapdims,
    viewAs,
  },
  ...{ cummax, cummin, cumprod, cumsum, diff, logcumsumexp },
  ...{ bincount, maskedSelect, nonzero, repeatInterleave, unique },
  ...{ movedim, repeat, roll, tile, unflatten },
  ...{ argsort, bucketize, kthvalue, quantile, sort, topk },
  ...{ dsplit, hsplit, tensorSplit, vsplit },
  ...{ aminmax, corrcoef, countNonzero, cov, dist, matrixNorm, nanmean, nansum, norm, renorm, stdMean, varMean },
  ...{
    absolute,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    clip,
    divide,
    fix,
    floatPower,
    ger,
    greater,
    greaterEqual,
    less,
    lessEqual,
    multiply,
    negative,
    notEqual,
    numel,
    subtract,
  },
  where: (x: Tensor, condition: Tensor, other: TensorLike): Tensor => where(condition, x, other),
  multinomial,
};

methods({ ...table, index, median, nanmedian });

type MethodOf<Function> = Function extends (self: Tensor, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : Function extends (self: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;

type Methods = { [Name in keyof typeof table]: MethodOf<(typeof table)[Name]> };

declare module './tensor.ts' {
  interface Tensor extends Methods {
    index(...parts: readonly IndexPart[]): Tensor;
    median(): Tensor;
    median(dim: number, options?: ReduceOptions): ValuesAndIndices;
    nanmedian(): Tensor;
    nanmedian(dim: number, options?: ReduceOptions): ValuesAndIndices;
  }
}
