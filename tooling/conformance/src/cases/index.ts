/** The cases of every primitive: one that is missing here does not type-check. */
import type { AttributesOf, OperationName } from '@evenkeel/compiler';
import { add, and, div, eq, fmod, ge, gt, le, lt, maximum, minimum, mul, ne, or, pow, sub, xor } from './binary.ts';
import { matmul } from './contraction.ts';
import { cast, where } from './conversions.ts';
import { gather, scatterAdd } from './indexing.ts';
import { concat } from './joining.ts';
import { expand, pad, permute, reshape, slice } from './movement.ts';
import type { OperationCases } from './operation-cases.ts';
import { amax, amin, argmax, argmin, prod, sum } from './reductions.ts';
import { iota, uniform } from './sources.ts';
import {
  abs,
  atan,
  ceil,
  copy,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  not,
  round,
  sign,
  sin,
  sqrt,
  tanh,
  trunc,
} from './unary.ts';

export const cases = {
  abs,
  add,
  amax,
  amin,
  and,
  argmax,
  argmin,
  atan,
  cast,
  ceil,
  concat,
  copy,
  cos,
  div,
  eq,
  erf,
  exp,
  expand,
  expm1,
  floor,
  fmod,
  gather,
  ge,
  gt,
  iota,
  le,
  log,
  log1p,
  lt,
  matmul,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  not,
  or,
  pad,
  permute,
  pow,
  prod,
  reshape,
  round,
  scatterAdd,
  sign,
  sin,
  slice,
  sqrt,
  sub,
  sum,
  tanh,
  trunc,
  uniform,
  where,
  xor,
} as const satisfies { readonly [Name in OperationName]: OperationCases<AttributesOf<Name>> };

/** The cases of a primitive whose name is only known at run time. */
export function casesOf(name: OperationName): OperationCases<object> {
  return cases[name] as unknown as OperationCases<object>;
}

export const operationNames = Object.keys(cases) as OperationName[];
