/// <reference lib="esnext.float16" preserve="true" />
/**
 * What an element of a tensor is. float64 exists on the oracle (`backend-cpu`) alone. float16 is for storage: what is computed with it is
 * computed in float32 and rounded once stored.
 */
export type DType = 'float32' | 'float64' | 'float16' | 'int32' | 'bool';

/** What a value inside a kernel is: the tensor dtypes, and the unsigned integers that the random generator counts in. */
export type Scalar = DType | 'uint32';

/** The typed array in which the host holds elements of each dtype; a bool is 0 or 1. */
export interface HostArrays {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  float16: Float16Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

export type HostArray = HostArrays[DType];

export const dtypes: readonly DType[] = ['float32', 'float64', 'float16', 'int32', 'bool'];

/** Whether the JavaScript engine has `Float16Array`. Node has from version 24 on; without it no backend has float16. */
export const hasFloat16Array: boolean = 'Float16Array' in globalThis;

export function isFloat(dtype: Scalar): dtype is 'float32' | 'float64' | 'float16' {
  return dtype.startsWith('float');
}

/** The dtype in which a dtype is computed with. */
export function computedIn<D extends Scalar>(dtype: D): Exclude<D, 'float16'> | 'float32' {
  return dtype === 'float16' ? 'float32' : (dtype as Exclude<D, 'float16'>);
}

/** Bytes of one stored element. How wide a bool is stored is the backend's choice. */
export function itemBytes(dtype: Scalar, boolBytes: 1 | 4): number {
  if (dtype === 'float64') return 8;
  if (dtype === 'float16') return 2;
  return dtype === 'bool' ? boolBytes : 4;
}
