/** Every primitive of the library, one file each. Tables over them are checked against `OperationName`. */
import type { Primitive } from '../primitive.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { amax } from './amax.ts';
import { amin } from './amin.ts';
import { and } from './and.ts';
import { argmax } from './argmax.ts';
import { argmin } from './argmin.ts';
import { atan } from './atan.ts';
import { cast } from './cast.ts';
import { ceil } from './ceil.ts';
import { concat } from './concat.ts';
import { convolution } from './convolution.ts';
import { copy } from './copy.ts';
import { cos } from './cos.ts';
import { div } from './div.ts';
import { eq } from './eq.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { expm1 } from './expm1.ts';
import { floor } from './floor.ts';
import { fmod } from './fmod.ts';
import { foldWindows } from './fold-windows.ts';
import { gather } from './gather.ts';
import { ge } from './ge.ts';
import { gt } from './gt.ts';
import { iota } from './iota.ts';
import { le } from './le.ts';
import { log } from './log.ts';
import { log1p } from './log1p.ts';
import { lt } from './lt.ts';
import { matmul } from './matmul.ts';
import { maximum } from './maximum.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { ne } from './ne.ts';
import { neg } from './neg.ts';
import { not } from './not.ts';
import { or } from './or.ts';
import { pad } from './pad.ts';
import { permute } from './permute.ts';
import { pow } from './pow.ts';
import { prod } from './prod.ts';
import { rank } from './rank.ts';
import { reshape } from './reshape.ts';
import { round } from './round.ts';
import { scan } from './scan.ts';
import { scatterAdd } from './scatter-add.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { tanh } from './tanh.ts';
import { trunc } from './trunc.ts';
import { uniform } from './uniform.ts';
import { where } from './where.ts';
import { windows } from './windows.ts';
import { xor } from './xor.ts';

export const primitives = {
  rank,
  scan,
  foldWindows,
  windows,
  convolution,
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
} as const;

export type OperationName = keyof typeof primitives;

/** What an operation is told besides its inputs. */
export type AttributesOf<Name extends OperationName> =
  (typeof primitives)[Name] extends Primitive<infer Attributes> ? Attributes : never;
