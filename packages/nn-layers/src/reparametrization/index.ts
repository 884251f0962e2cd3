import { removeParametrizations } from './parametrized.ts';
import { parametrizeSpectralNorm } from './spectral-norm.ts';
import { parametrizeWeightNorm } from './weight-norm.ts';

/** Weight and spectral norm with the state-dict names of `torch.nn.utils.parametrizations`; an object, as `init` is. */
export const parametrizations = {
  removeParametrizations,
  spectralNorm: parametrizeSpectralNorm,
  weightNorm: parametrizeWeightNorm,
};
