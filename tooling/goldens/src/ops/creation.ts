import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { direct, type Operation, type OperationTable, op } from '../program/operation.ts';

const filled = (make: (shape: number[], options: object) => Tensor): Operation =>
  op('*size, dtype, requires_grad', (size: number[], dtype?: 'float32', requiresGrad?: boolean) =>
    make(size, { ...(dtype && { dtype }), ...(requiresGrad && { requiresGrad }) }),
  );

/** New tensors, and the few Python functions that programs use. */
export const creation: OperationTable = {
  'torch.tensor': op('data, dtype', (data: number | number[], dtype?: 'float32') =>
    typeof data === 'number' && !dtype ? data : api.tensor(data, dtype ? { dtype } : {}),
  ),
  'torch.zeros': filled(api.zeros),
  'torch.ones': filled(api.ones),
  'torch.full': op('size, fill_value, dtype', (size: number[], value: number, dtype?: 'float32') =>
    api.full(size, value, dtype ? { dtype } : {}),
  ),
  'torch.zeros_like': direct(api, 'zerosLike', 'input | dtype'),
  'torch.ones_like': direct(api, 'onesLike', 'input | dtype'),
  'torch.full_like': direct(api, 'fullLike', 'input, fill_value | dtype'),
  'torch.arange': op('start, end, step, dtype', (start: number, end?: number, step?: number, dtype?: 'float32') =>
    end === undefined
      ? api.arange(0, start, 1, dtype ? { dtype } : {})
      : api.arange(start, end, step ?? 1, dtype ? { dtype } : {}),
  ),
  'torch.linspace': direct(api, 'linspace', 'start, end, steps | dtype'),
  'torch.logspace': direct(api, 'logspace', 'start, end, steps | base, dtype'),
  'torch.eye': direct(api, 'eye', 'n, m | dtype'),
  'torch.tril_indices': direct(api, 'trilIndices', 'row, col | offset'),
  'torch.triu_indices': direct(api, 'triuIndices', 'row, col | offset'),
  'torch.vander': direct(api, 'vander', 'x | N, increasing'),
  float: op('value', (value: number | string) =>
    value === 'inf' ? Number.POSITIVE_INFINITY : value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value),
  ),
  int: op('value', (value: number) => Math.trunc(value)),
  'math.sqrt': op('value', (value: number) => Math.sqrt(value)),
  'math.log': op('value', (value: number) => Math.log(value)),
  'math.exp': op('value', (value: number) => Math.exp(value)),
};
