import { constant_, eye_, ones_, zeros_ } from './constant.ts';
import { calculateFanInAndFanOut } from './fan.ts';
import { calculateGain } from './gain.ts';
import { normal_, uniform_ } from './random.ts';
import {
  kaimingNormal_,
  kaimingUniform_,
  lecunNormal_,
  lecunUniform_,
  xavierNormal_,
  xavierUniform_,
} from './scaled.ts';
import { dirac_, orthogonal_, sparse_ } from './structured.ts';
import { truncNormal_ } from './truncated.ts';

export type { FanMode } from './fan.ts';
export type { Nonlinearity } from './gain.ts';
export type { DrawOptions } from './random.ts';
export type { KaimingOptions, XavierOptions } from './scaled.ts';
export type { TruncatedNormalOptions } from './truncated.ts';

/** `torch.nn.init`. An object: what a built package cannot leave out is a namespace. */
export const init = {
  constant_,
  eye_,
  ones_,
  zeros_,
  calculateFanInAndFanOut,
  calculateGain,
  normal_,
  uniform_,
  kaimingNormal_,
  kaimingUniform_,
  lecunNormal_,
  lecunUniform_,
  xavierNormal_,
  xavierUniform_,
  dirac_,
  orthogonal_,
  sparse_,
  truncNormal_,
};
