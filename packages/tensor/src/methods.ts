/**
 * `import '@evenkeel/tensor/methods'` makes methods of the functions that few programs call: a method cannot be left out of a
 * bundle, a function can. What every program uses are methods without it.
 */
import { atan2, fmod, lerp, remainder } from './ops/arithmetic.ts';
import * as bitwise from './ops/bitwise.ts';
import { allclose, equal, isclose, isin, isneginf, isposinf } from './ops/closeness.ts';
import { where } from './ops/comparison.ts';
import * as diagonals from './ops/diagonals.ts';
import * as elementary from './ops/elementary.ts';
import * as errorFunctions from './ops/error-functions.ts';
import type { ValuesAndIndices } from './ops/extremes.ts';
import { mode, msort, nanmedian, nanquantile, uniqueConsecutive } from './ops/frequencies.ts';
import { digamma, lgamma } from './ops/gamma.ts';
import { histc } from './ops/grids.ts';
import * as indexWriting from './ops/index-writing.ts';
import { diag, diagonal, indexAdd, oneHot, scatter, takeAlongDim, tril, triu } from './ops/indexing.ts';
import { methods } from './ops/method.ts';
import { pad } from './ops/padding.ts';
import * as pairwise from './ops/pairwise.ts';
import * as pointwise from './ops/pointwise.ts';
import { addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot } from './ops/products.ts';
import * as rearranging from './ops/rearranging.ts';
import { logsumexp, prod, type ReduceOptions, vectorNorm } from './ops/reduction.ts';
import { cummax, cummin, cumprod, cumsum, diff, logcumsumexp } from './ops/scans.ts';
import { argwhere, bincount, maskedSelect, nonzero, repeatInterleave, unique } from './ops/selection.ts';
import { movedim, repeat, tile, unflatten } from './ops/shape.ts';
import { type IndexPart, index, roll } from './ops/slicing.ts';
import { argsort, bucketize, kthvalue, median, quantile, sort, topk } from './ops/sorting.ts';
import { dsplit, hsplit, tensorSplit, vsplit } from './ops/stacking.ts';
import * as statistics from './ops/statistics.ts';
import * as synonyms from './ops/synonyms.ts';
import { unfold } from './ops/windows.ts';
import { multinomial } from './random/sampling.ts';
import type { Tensor, TensorLike } from './tensor.ts';

const { concat: _concat, concatenate: _concatenate, trapz: _trapz, ...names } = synonyms;
const { acos, acosh, asin, asinh, atan, atanh, cosh, exp2, frac, log10, log2, sinh, tan } = pointwise;

const table = {
  ...{ atan2, fmod, lerp, remainder },
  ...bitwise,
  ...{ allclose, equal, isclose, isin, isneginf, isposinf },
  ...diagonals,
  ...elementary,
  ...errorFunctions,
  ...{ argwhere, histc, mode, msort, nanquantile, uniqueConsecutive },
  ...{ digamma, lgamma },
  ...indexWriting,
  ...{ diag, diagonal, indexAdd, oneHot, scatter, takeAlongDim, tril, triu },
  ...{ logsumexp, pad, prod, unfold, vectorNorm },
  ...pairwise,
  ...{ acos, acosh, asin, asinh, atan, atanh, cosh, exp2, frac, log10, log2, sinh, tan },
  ...{ addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot },
  ...rearranging,
  ...{ cummax, cummin, cumprod, cumsum, diff, logcumsumexp },
  ...{ bincount, maskedSelect, nonzero, repeatInterleave, unique },
  ...{ movedim, repeat, roll, tile, unflatten },
  ...{ argsort, bucketize, kthvalue, quantile, sort, topk },
  ...{ dsplit, hsplit, tensorSplit, vsplit },
  ...statistics,
  ...names,
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
