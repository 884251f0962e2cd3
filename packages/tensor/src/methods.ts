/**
 * `import '@evenkeel/tensor/methods'` makes methods of the functions that few programs call: a method cannot be left out of a
 * bundle, a function can. What every program uses are methods without it.
 */
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
import { methods } from './ops/method.ts';
import * as pairwise from './ops/pairwise.ts';
import { addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot } from './ops/products.ts';
import * as rearranging from './ops/rearranging.ts';
import type { ReduceOptions } from './ops/reduction.ts';
import { argwhere } from './ops/selection.ts';
import { dsplit, hsplit, tensorSplit, vsplit } from './ops/stacking.ts';
import * as statistics from './ops/statistics.ts';
import * as synonyms from './ops/synonyms.ts';
import { multinomial } from './random/sampling.ts';
import type { Tensor, TensorLike } from './tensor.ts';

const { concat: _concat, concatenate: _concatenate, trapz: _trapz, ...names } = synonyms;

const table = {
  ...bitwise,
  ...{ allclose, equal, isclose, isin, isneginf, isposinf },
  ...diagonals,
  ...elementary,
  ...errorFunctions,
  ...{ argwhere, histc, mode, msort, nanquantile, uniqueConsecutive },
  ...{ digamma, lgamma },
  ...indexWriting,
  ...pairwise,
  ...{ addbmm, addmv, addr, baddbmm, cross, inner, kron, matrixPower, vdot },
  ...rearranging,
  ...{ dsplit, hsplit, tensorSplit, vsplit },
  ...statistics,
  ...names,
  where: (x: Tensor, condition: Tensor, other: TensorLike): Tensor => where(condition, x, other),
  multinomial,
};

methods({ ...table, nanmedian });

type MethodOf<Function> = Function extends (self: Tensor, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : Function extends (self: never, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;

type Methods = { [Name in keyof typeof table]: MethodOf<(typeof table)[Name]> };

declare module './tensor.ts' {
  interface Tensor extends Methods {
    nanmedian(): Tensor;
    nanmedian(dim: number, options?: ReduceOptions): ValuesAndIndices;
  }
}
