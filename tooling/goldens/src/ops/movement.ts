import type { Tensor } from '@evenkeel/tensor';
import * as api from '@evenkeel/tensor';
import { direct, exported, type OperationTable, op } from '../program/operation.ts';

type Call = (...values: unknown[]) => unknown;
const call = (name: string, ...values: unknown[]): unknown => (exported(api, name) as Call)(...values);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Shapes, views, joining and cutting. */
export const movement: OperationTable = {
  'torch.reshape': op('input, *shape/sizes', (input: Tensor, shape: number[]) => input.reshape(shape)),
  'torch.view': op('input, *shape/sizes', (input: Tensor, shape: number[]) => call('view', input, shape)),
  'torch.permute': op('input, *dims', (input: Tensor, dims: number[]) => input.permute(dims)),
  'torch.expand': op('input, *sizes/size/shape', (input: Tensor, sizes: number[]) => input.expand(sizes)),
  'torch.broadcast_to': op('input, *size/shape', (input: Tensor, size: number[]) => call('broadcastTo', input, size)),
  'torch.repeat': op('input, *repeats', (input: Tensor, repeats: number[]) => call('repeat', input, repeats)),
  'torch.tile': op('input, *dims', (input: Tensor, dims: number[]) => call('tile', input, dims)),
  'torch.flip': op('input, *dims', (input: Tensor, dims: number[]) => input.flip(dims)),
  'torch.fliplr': op('input', (input: Tensor) => input.flip([1])),
  'torch.flipud': op('input', (input: Tensor) => input.flip([0])),
  'torch.squeeze': direct(api, 'squeeze', 'input, dim'),
  'torch.unsqueeze': direct(api, 'unsqueeze', 'input, dim'),
  'torch.flatten': direct(api, 'flatten', 'input, start_dim, end_dim'),
  'torch.ravel': op('input', (input: Tensor) => input.reshape([-1])),
  'torch.unflatten': direct(api, 'unflatten', 'input, dim, sizes'),
  'torch.transpose': direct(api, 'transpose', 'input, dim0, dim1'),
  'torch.swapaxes': direct(api, 'transpose', 'input, axis0, axis1'),
  'torch.swapdims': direct(api, 'transpose', 'input, dim0, dim1'),
  'torch.t': direct(api, 't', 'input'),
  'torch.contiguous': op('input', (input: Tensor) => input.contiguous()),
  'torch.movedim': direct(api, 'movedim', 'input, source, destination'),
  'torch.moveaxis': direct(api, 'movedim', 'input, source, destination'),
  'torch.roll': direct(api, 'roll', 'input, shifts, dims'),
  'torch.rot90': direct(api, 'rot90', 'input, k, dims'),
  'torch.cat': direct(api, 'cat', 'tensors, dim'),
  'torch.concat': direct(api, 'cat', 'tensors, dim'),
  'torch.stack': direct(api, 'stack', 'tensors, dim'),
  'torch.hstack': direct(api, 'hstack', 'tensors'),
  'torch.vstack': direct(api, 'vstack', 'tensors'),
  'torch.dstack': direct(api, 'dstack', 'tensors'),
  'torch.split': direct(api, 'split', 'input, split_size/split_size_or_sections, dim'),
  'torch.tensor_split': direct(api, 'tensorSplit', 'input, indices_or_sections/sections/indices, dim'),
  'torch.chunk': direct(api, 'chunk', 'input, chunks, dim'),
  'torch.unbind': direct(api, 'unbind', 'input, dim'),
  'torch.repeat_interleave': direct(api, 'repeatInterleave', 'input, repeats, dim'),
  'torch.tril': direct(api, 'tril', 'input, diagonal'),
  'torch.triu': direct(api, 'triu', 'input, diagonal'),
  'torch.diag': direct(api, 'diag', 'input, diagonal'),
  'torch.diagonal': direct(api, 'diagonal', 'input, offset, dim1, dim2'),
  'torch.diag_embed': direct(api, 'diagEmbed', 'input | offset, dim1, dim2'),
  'torch.diagflat': direct(api, 'diagflat', 'input, offset'),
  'Tensor.unfold': direct(api, 'unfold', 'input, dimension, size, step'),
  'nn.functional.pad': op('input, pad, mode, value', (input: Tensor, pad: number[], mode?: string, value?: number) =>
    call('pad', input, pad, { mode: mode ?? 'constant', ...(value === undefined ? {} : { value }) }),
  ),
  'torch.broadcast_tensors': op('*tensors', (tensors: Tensor[]) => call('broadcastTensors', ...tensors)),
  'torch.meshgrid': op('*tensors, indexing', (tensors: Tensor[], indexing?: string) =>
    call('meshgrid', list(tensors), { indexing: indexing ?? 'ij' }),
  ),
  'torch.atleast_1d': direct(api, 'atleast1d', 'input'),
  'torch.atleast_2d': direct(api, 'atleast2d', 'input'),
};
