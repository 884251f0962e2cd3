import { type DType, type HostArray, identityOf } from '@evenkeel/backend';

/** What holds the elements of a dtype on the host. */
export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  // Absent from older engines, where no backend has the dtype, which is said as soon as there is to be memory.
  float16: globalThis.Float16Array ?? Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

export function hostArray(dtype: DType, size: number): HostArray {
  return new arrays[dtype](size);
}

/** A number as an element of a dtype holds it, by the rules of `to`: rounded, or cut off to an int32, or whether it is not 0. */
export function asElement(value: number, dtype: DType): number {
  if (dtype === 'bool') return Number(value !== 0);
  const held = Math.max(identityOf('max', dtype), Math.min(value, identityOf('min', dtype)));
  return arrays[dtype].of(held)[0] as number;
}
