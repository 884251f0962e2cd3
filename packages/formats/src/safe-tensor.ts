/** The dtypes that Even Keel reads and writes, with the bytes of one element, as the format names them. */
export const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type SafeDType = keyof typeof bytesPerElement;

export const dtypeNames = Object.keys(bytesPerElement).join(', ');

/** One tensor of a safetensors file. */
export interface SafeTensor {
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  /** The elements in C order, little-endian. */
  readonly data: Uint8Array;
}

/** Bytes of a tensor, or `undefined` if a size is no whole number from 0 up or the product is beyond 2^53 − 1. */
export function byteLength(dtype: SafeDType, shape: readonly number[]): number | undefined {
  let bytes: number = bytesPerElement[dtype];
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}

export function isDType(name: unknown): name is SafeDType {
  return typeof name === 'string' && Object.hasOwn(bytesPerElement, name);
}
