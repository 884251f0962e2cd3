export { constant_, eye_, ones_, zeros_ } from './constant.ts';
export { calculateFanInAndFanOut, type FanMode } from './fan.ts';
export { calculateGain, type Nonlinearity } from './gain.ts';
export { type DrawOptions, normal_, uniform_ } from './random.ts';
export {
  type KaimingOptions,
  kaimingNormal_,
  kaimingUniform_,
  lecunNormal_,
  lecunUniform_,
  type XavierOptions,
  xavierNormal_,
  xavierUniform_,
} from './scaled.ts';
export { dirac_, orthogonal_, sparse_ } from './structured.ts';
export { type TruncatedNormalOptions, truncNormal_ } from './truncated.ts';
