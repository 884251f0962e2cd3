import { getDefaultDtype, type Tensor, tensor } from '@evenkeel/tensor';
import { type GoldenTensor, type GoldenTensors, numberOf } from './case.ts';
import type { Got } from './compare.ts';
import { isTensor } from './program/operation.ts';

/** A tensor on the current backend: floats in the dtype of the pass, int64 as int32. */
export function toTensor({ shape, dtype, data, requires_grad }: GoldenTensor): Tensor {
  const ours = dtype === 'float64' ? getDefaultDtype() : dtype === 'int64' ? 'int32' : 'bool';
  const values = data.map(numberOf);
  const flat = ours === 'int32' || ours === 'bool' ? Int32Array.from(values) : Float64Array.from(values);
  if (ours === 'int32' && values.some((value, index) => value !== flat[index])) {
    throw new Error('the case has an integer beyond 32 bits');
  }
  return tensor(flat, { shape, dtype: ours, requiresGrad: requires_grad ?? false });
}

export function toTensors(tensors: GoldenTensors): Map<string, Tensor> {
  return new Map(Object.entries(tensors).map(([name, value]) => [name, toTensor(value)]));
}

/** Reads a tensor; a plain number is a scalar. */
export async function read(value: unknown): Promise<Got> {
  if (typeof value === 'number') return { shape: [], data: [value] };
  if (typeof value === 'boolean') return { shape: [], data: [Number(value)] };
  if (!isTensor(value)) throw new Error(`the result is ${typeof value}, not a tensor`);
  return { shape: value.shape, data: await value.data() };
}
