import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { camelOption, direct, type Operation, type OperationTable, op } from '../program/operation.ts';

const unary =
  'abs neg sign floor ceil trunc frac round sqrt rsqrt reciprocal square exp expm1 exp2 log log1p log2 log10 sin cos tan atan asin acos sinh cosh asinh acosh atanh erf erfc erfinv sinc lgamma digamma isnan isfinite isinf isposinf isneginf deg2rad rad2deg sgn signbit positive bitwise_not';
const binary =
  'mul fmod maximum minimum fmax fmin atan2 eq ne lt le gt ge logical_and logical_or logical_xor hypot xlogy logaddexp logaddexp2 copysign floor_divide true_divide bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift nextafter gcd lcm ldexp';
const synonyms: [name: string, meaning: string][] = [
  ['absolute', 'abs'],
  ['negative', 'neg'],
  ['arctan', 'atan'],
  ['arcsin', 'asin'],
  ['arccos', 'acos'],
  ['arctan2', 'atan2'],
  ['arcsinh', 'asinh'],
  ['arccosh', 'acosh'],
  ['arctanh', 'atanh'],
  ['fix', 'trunc'],
  ['multiply', 'mul'],
  ['greater', 'gt'],
  ['greater_equal', 'ge'],
  ['less', 'lt'],
  ['less_equal', 'le'],
  ['not_equal', 'ne'],
];

const table: Record<string, Operation> = {
  ...Object.fromEntries(unary.split(' ').map((name) => [`torch.${name}`, direct(api, camelOption(name), 'input')])),
  ...Object.fromEntries(
    binary.split(' ').map((name) => [`torch.${name}`, direct(api, camelOption(name), 'input/a, other/b')]),
  ),
  'torch.logit': direct(api, 'logit', 'input | eps'),
  'torch.heaviside': direct(api, 'heaviside', 'input, values'),
  'torch.logical_not': direct(api, 'logicalNot', 'input'),
  'torch.add': direct(api, 'add', 'input/a, other/b | alpha'),
  'torch.sub': direct(api, 'sub', 'input/a, other/b | alpha'),
  'torch.rsub': direct(api, 'rsub', 'input, other | alpha'),
  'torch.div': direct(api, 'div', 'input/a, other/b | rounding_mode'),
  'torch.remainder': direct(api, 'remainder', 'input/a, other/b'),
  'torch.pow': direct(api, 'pow', 'input/self, exponent'),
  'torch.float_power': direct(api, 'floatPower', 'input/self, exponent'),
  'torch.where': direct(api, 'where', 'condition/cond, input/a, other/b'),
  'torch.clamp': direct(api, 'clamp', 'input | min, max'),
  'torch.clip': direct(api, 'clamp', 'input | min, max'),
  'torch.lerp': direct(api, 'lerp', 'input, end, weight'),
  'torch.round': direct(api, 'round', 'input | decimals'),
  'torch.nan_to_num': direct(api, 'nanToNum', 'input | nan, posinf, neginf'),
  'torch.addcmul': direct(api, 'addcmul', 'input, tensor1/a, tensor2/b | value'),
  'torch.addcdiv': direct(api, 'addcdiv', 'input, tensor1/a, tensor2/b | value'),
  'torch.clone': direct(api, 'clone', 'input'),
  'torch.detach': op('input', (input: Tensor) => input.detach()),
  'torch.isclose': direct(api, 'isclose', 'input, other | rtol, atol, equal_nan'),
  'Tensor.float': op('input', (input: Tensor) => input.to(api.getDefaultDtype())),
  'Tensor.double': op('input', (input: Tensor) => input.to(api.getDefaultDtype())),
  'Tensor.int': op('input', (input: Tensor) => input.to('int32')),
  'Tensor.long': op('input', (input: Tensor) => input.to('int32')),
  'Tensor.bool': op('input', (input: Tensor) => input.to('bool')),
  'Tensor.to': op('input, dtype', (input: Tensor, dtype: 'float32') => input.to(dtype)),
  'Tensor.masked_fill': direct(api, 'maskedFill', 'input, mask, value'),
};

/** Functions of single elements, broadcasting; comparisons, logic and casts among them. */
export const pointwise: OperationTable = {
  ...table,
  ...Object.fromEntries(synonyms.map(([name, meaning]) => [`torch.${name}`, table[`torch.${meaning}`]!])),
  'torch.subtract': table['torch.sub']!,
  'torch.divide': table['torch.div']!,
  'torch.special.expit': direct(api, 'sigmoid', 'input'),
  'torch.special.xlogy': table['torch.xlogy']!,
};
