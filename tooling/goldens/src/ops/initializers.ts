import * as nn from '@evenkeel/nn-layers';
import { type Tensor, zeros } from '@evenkeel/tensor';
import { camelOption, exported, type Operation, type OperationTable, op } from '../program/operation.ts';

/** The initializers, exported as a namespace `init`. */
const init = (): object => exported(nn, 'init') as object;

/** Our initializer under PyTorch's parameters; `a=low` renames a parameter, words such as fan_in become fanIn. */
function initializer(name: string, parameters: string): Operation {
  const names = parameters
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  return op(['tensor', ...names.map((each) => each.split('=')[0])].join(), (target: Tensor, ...values: unknown[]) => {
    const options = Object.fromEntries(
      names
        .map((each, index) => [each.split('=')[1] ?? camelOption(each), words(values[index])])
        .filter(([, value]) => value !== undefined),
    );
    return (exported(init(), name) as (target: Tensor, options: object) => Tensor)(target, options);
  });
}

/** `fan_in` and `leaky_relu` as our options spell them. */
function words(value: unknown): unknown {
  return typeof value === 'string' ? camelOption(value) : value;
}

/** Initializers of `torch.nn.init`, and those the case format adds. */
export const initializers: OperationTable = {
  'nn.init.uniform_': initializer('uniform_', 'a=low, b=high'),
  'nn.init.normal_': initializer('normal_', 'mean, std'),
  'nn.init.trunc_normal_': initializer('truncNormal_', 'mean, std, a, b'),
  'nn.init.xavier_uniform_': initializer('xavierUniform_', 'gain'),
  'nn.init.xavier_normal_': initializer('xavierNormal_', 'gain'),
  'nn.init.kaiming_uniform_': initializer('kaimingUniform_', 'a, mode, nonlinearity'),
  'nn.init.kaiming_normal_': initializer('kaimingNormal_', 'a, mode, nonlinearity'),
  'nn.init.orthogonal_': initializer('orthogonal_', 'gain'),
  'nn.init.sparse_': initializer('sparse_', 'sparsity, std'),
  'formula.lecun_uniform_': initializer('lecunUniform_', ''),
  'formula.lecun_normal_': initializer('lecunNormal_', ''),
};

/** The numbers behind them, which programs call. */
export const initializerNumbers: OperationTable = {
  'nn.init.calculate_gain': op('nonlinearity, param', (nonlinearity: string, param?: number) =>
    (exported(init(), 'calculateGain') as (nonlinearity: unknown, param?: number) => number)(
      words(nonlinearity),
      param,
    ),
  ),
  'nn.init._calculate_fan_in_and_fan_out': op('tensor', (target: { shape: number[] }) =>
    (exported(init(), 'calculateFanInAndFanOut') as (shape: number[]) => unknown)(target.shape),
  ),
  'torch.empty': op('*shape/size', (shape: number[]) => zeros(shape).clone()),
  'nn.init.constant_': op('tensor, val', (target: Tensor, value: number) =>
    (exported(init(), 'constant_') as (target: Tensor, value: number) => Tensor)(target, value),
  ),
  'nn.init.zeros_': op('tensor', (target: Tensor) =>
    (exported(init(), 'zeros_') as (target: Tensor) => Tensor)(target),
  ),
  'nn.init.ones_': op('tensor', (target: Tensor) => (exported(init(), 'ones_') as (target: Tensor) => Tensor)(target)),
  'nn.init.eye_': op('tensor', (target: Tensor) => (exported(init(), 'eye_') as (target: Tensor) => Tensor)(target)),
  'nn.init.dirac_': op('tensor, groups', (target: Tensor, groups?: number) =>
    (exported(init(), 'dirac_') as (target: Tensor, options: object) => Tensor)(
      target,
      groups === undefined ? {} : { groups },
    ),
  ),
};
