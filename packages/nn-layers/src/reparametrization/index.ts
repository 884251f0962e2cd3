/** Weight and spectral norm with the state-dict names of `torch.nn.utils.parametrizations`. */
export { removeParametrizations } from './parametrized.ts';
export { parametrizeSpectralNorm as spectralNorm } from './spectral-norm.ts';
export { parametrizeWeightNorm as weightNorm } from './weight-norm.ts';
