import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { direct, exported, type OperationTable, op } from '../program/operation.ts';

type Call = (...values: unknown[]) => unknown;

/** Products that sum over an index. */
export const contraction: OperationTable = {
  'torch.matmul': direct(api, 'matmul', 'input/a, other/b'),
  'torch.mm': direct(api, 'mm', 'input/a, mat2/b'),
  'torch.bmm': direct(api, 'bmm', 'input/a, mat2/b'),
  'torch.mv': direct(api, 'mv', 'input/a, vec/b'),
  'torch.dot': direct(api, 'dot', 'input/a, other/tensor/b'),
  'torch.vdot': direct(api, 'vdot', 'input/a, other/b'),
  'torch.inner': direct(api, 'inner', 'input/a, other/b'),
  'torch.outer': direct(api, 'outer', 'input/a, vec2/b'),
  'torch.ger': direct(api, 'outer', 'input/a, vec2/b'),
  'torch.addmm': direct(api, 'addmm', 'input/c, mat1/a, mat2/b | beta, alpha'),
  'torch.addmv': direct(api, 'addmv', 'input, mat, vec | beta, alpha'),
  'torch.addr': direct(api, 'addr', 'input, vec1, vec2 | beta, alpha'),
  'torch.addbmm': direct(api, 'addbmm', 'input, batch1, batch2 | beta, alpha'),
  'torch.baddbmm': direct(api, 'baddbmm', 'input, batch1, batch2 | beta, alpha'),
  'torch.einsum': op('equation, *operands', (equation: string, operands: Tensor[]) =>
    (exported(api, 'einsum') as Call)(equation, ...operands),
  ),
  'torch.tensordot': direct(api, 'tensordot', 'a, b, dims'),
  'torch.kron': direct(api, 'kron', 'input/a, other/b'),
  'torch.cross': direct(api, 'cross', 'input/a, other/b, dim'),
  'linalg.cross': op('input, other, dim', (input: Tensor, other: Tensor, dim = -1) => api.cross(input, other, dim)),
  'torch.chain_matmul': op('*matrices', (matrices: Tensor[]) => api.chainMatmul(...matrices)),
  'torch.matrix_power': direct(api, 'matrixPower', 'input/A, n'),
  'linalg.matrix_power': direct(api, 'matrixPower', 'input/A, n'),
  'nn.functional.pdist': direct(api, 'pdist', 'input, p'),
  'torch.cdist': direct(api, 'cdist', 'x1, x2 | p'),
};
