/** What an element of a tensor is. float64 exists on the oracle (`backend-cpu`) alone. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';

/** What a value inside a kernel is: the tensor dtypes, and the unsigned integers that the random generator counts in. */
export type Scalar = DType | 'uint32';

/** The typed array in which the host holds elements of each dtype; a bool is 0 or 1. */
export interface HostArrays {
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

export type HostArray = HostArrays[DType];

export const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool'];

export function isFloat(dtype: Scalar): dtype is 'float32' | 'float64' {
  return dtype === 'float32' || dtype === 'float64';
}

/** Bytes of one stored element. How wide a bool is stored is the backend's choice. */
export function itemBytes(dtype: Scalar, boolBytes: 1 | 4): number {
  if (dtype === 'float64') return 8;
  return dtype === 'bool' ? boolBytes : 4;
}
