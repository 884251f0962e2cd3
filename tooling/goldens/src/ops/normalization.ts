import * as nn from '@evenkeel/nn-layers';
import { layer } from '../program/modules.ts';
import { direct, type OperationTable } from '../program/operation.ts';

const batchNorm = 'num_features | eps, momentum?, affine, track_running_stats';

/** Normalizations of `torch.nn`; `nn.RMSNorm` and `tutorial.LayerNormStd` are in own-programs.ts. */
export const normalization: OperationTable = {
  'nn.LayerNorm': layer(nn, 'LayerNorm', 'normalized_shape | eps, elementwise_affine, bias'),
  'nn.BatchNorm1d': layer(nn, 'BatchNorm1d', batchNorm),
  'nn.BatchNorm2d': layer(nn, 'BatchNorm2d', batchNorm),
  'nn.BatchNorm3d': layer(nn, 'BatchNorm3d', batchNorm),
  'nn.InstanceNorm1d': layer(nn, 'InstanceNorm1d', batchNorm),
  'nn.InstanceNorm2d': layer(nn, 'InstanceNorm2d', batchNorm),
  'nn.InstanceNorm3d': layer(nn, 'InstanceNorm3d', batchNorm),
  'nn.GroupNorm': layer(nn, 'GroupNorm', 'num_groups, num_channels | eps, affine'),
  'nn.RMSNorm': layer(nn, 'RMSNorm', 'normalized_shape | eps, elementwise_affine'),
  'nn.LocalResponseNorm': layer(nn, 'LocalResponseNorm', 'size | alpha, beta, k'),
  'nn.functional.layer_norm': direct(nn, 'layerNorm', 'input, normalized_shape | weight, bias, eps'),
  'nn.functional.rms_norm': direct(nn, 'rmsNorm', 'input, normalized_shape | weight, eps'),
  'nn.functional.group_norm': direct(nn, 'groupNorm', 'input, num_groups | weight, bias, eps'),
  'nn.functional.batch_norm': direct(
    nn,
    'batchNorm',
    'input, running_mean, running_var | weight, bias, training, momentum, eps',
  ),
  'nn.functional.instance_norm': direct(
    nn,
    'instanceNorm',
    'input | running_mean, running_var, weight, bias, use_input_stats, momentum, eps',
  ),
  'nn.functional.local_response_norm': direct(nn, 'localResponseNorm', 'input, size | alpha, beta, k'),
  'nn.functional.normalize': direct(nn, 'normalize', 'input | p, dim, eps'),
  'nn.utils.weight_norm': direct(nn, 'weightNorm', 'module | name, dim?'),
  'nn.utils.spectral_norm': direct(nn, 'spectralNorm', 'module | name, n_power_iterations, eps, dim'),
  'nn.utils.parametrizations.weight_norm': direct(nn.parametrizations, 'weightNorm', 'module | name, dim?'),
  'nn.utils.parametrizations.spectral_norm': direct(
    nn.parametrizations,
    'spectralNorm',
    'module | name, n_power_iterations, eps, dim',
  ),
};
