import { type SafeTensor, safeTensor, toBool, toFloat32, toInt32 } from '@evenkeel/formats';
import { type Tensor, tensor } from '@evenkeel/tensor';

/**
 * What a safetensors file holds as tensors: F16, BF16, F32 and F64 as float32, integers as int32, BOOL as bool.
 *
 * @throws DataError for an integer beyond 32 bits
 */
export function toStateDict(tensors: ReadonlyMap<string, SafeTensor>): Map<string, Tensor> {
  return new Map([...tensors].map(([name, stored]) => [name, toTensor(stored)]));
}

/** Tensors read from the device, ready for `writeSafetensors`; float32 as F32, int32 as I32. */
export async function toSafetensors(stateDict: Iterable<readonly [string, Tensor]>): Promise<Map<string, SafeTensor>> {
  const entries = [...stateDict].map(async ([name, value]) => {
    const values = await value.data();
    return [name, safeTensor(values as Float32Array | Int32Array, value.shape)] as const;
  });
  return new Map(await Promise.all(entries));
}

function toTensor(stored: SafeTensor): Tensor {
  const { dtype, shape } = stored;
  if (dtype === 'BOOL') return tensor(toBool(stored), { shape, dtype: 'bool' });
  if (dtype.startsWith('F') || dtype === 'BF16') return tensor(toFloat32(stored), { shape });
  return tensor(toInt32(stored), { shape, dtype: 'int32' });
}
