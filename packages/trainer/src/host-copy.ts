import { DataError, NonFiniteError } from '@evenkeel/errors';
import type { SafeTensor } from '@evenkeel/formats';
import type { Module } from '@evenkeel/nn-layers';
import { noGrad, type Tensor, tensor } from '@evenkeel/tensor';

/** Tensors by name, read from the device into what safetensors holds. */
export type HostCopy = Map<string, SafeTensor>;

/** Reads tensors from the device, each once. */
export async function toHost(tensors: Iterable<readonly [string, Tensor]>): Promise<HostCopy> {
  const names: string[] = [];
  const reads: Promise<SafeTensor>[] = [];
  for (const [name, value] of tensors) {
    names.push(name);
    reads.push(readTensor(value));
  }
  const values = await Promise.all(reads);
  return new Map(names.map((name, index) => [name, values[index] as SafeTensor]));
}

/** Puts a copy into a model; nothing but the model's own tensors stays on the device. */
export function loadModel(model: Module, copy: HostCopy): void {
  noGrad(() => void model.loadStateDict(fromHost(copy)));
}

/** Makes tensors again. */
export function fromHost(copy: Iterable<readonly [string, SafeTensor]>): Map<string, Tensor> {
  return new Map([...copy].map(([name, value]) => [name, makeTensor(name, value)]));
}

/**
 * Refuses to go on with numbers that are no numbers.
 *
 * @throws NonFiniteError naming the tensor and the step
 */
export function requireFinite(copy: HostCopy, step: number): void {
  for (const [name, { dtype, data }] of copy) {
    if (dtype !== 'F32' && dtype !== 'F64') continue;
    const values = dtype === 'F32' ? aligned(data, Float32Array) : aligned(data, Float64Array);
    const index = values.findIndex((value: number) => !Number.isFinite(value));
    if (index === -1) continue;
    throw new NonFiniteError(`${name} holds a number that is not finite after step ${step}`, {
      got: `${values[index]} at element ${index}`,
      expected: 'finite numbers in every parameter',
      remedy: 'go on from the last checkpoint with a lower learning rate, clipping or warm-up',
    });
  }
}

async function readTensor(value: Tensor): Promise<SafeTensor> {
  const data = await value.data();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dtype: DTYPES[value.dtype], shape: [...value.shape], data: bytes };
}

const DTYPES = { float32: 'F32', float64: 'F64', float16: 'F16', int32: 'I32', bool: 'BOOL' } as const;

function makeTensor(name: string, { dtype, shape, data }: SafeTensor): Tensor {
  if (dtype === 'F32') return tensor(aligned(data, Float32Array), { shape });
  if (dtype === 'F64') return tensor(aligned(data, Float64Array), { shape });
  if (dtype === 'F16') return tensor(aligned(data, Float16Array), { shape, dtype: 'float16' });
  if (dtype === 'I32') return tensor(aligned(data, Int32Array), { shape });
  if (dtype === 'BOOL') return tensor(data, { shape, dtype: 'bool' });
  throw new DataError(`The tensor ${name} has a dtype that training does not use`, {
    got: dtype,
    expected: 'F32, F64, F16, I32 or BOOL',
  });
}

type NumberArray = Float32Array | Float64Array | Float16Array | Int32Array;

/** Bytes as numbers; copied, because their place in a file need not be aligned. */
function aligned<Numbers extends NumberArray>(bytes: Uint8Array, type: new (buffer: ArrayBuffer) => Numbers): Numbers {
  return new type(new Uint8Array(bytes).buffer);
}
