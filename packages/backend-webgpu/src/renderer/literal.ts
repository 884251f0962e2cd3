import type { Scalar } from '@evenkeel/backend';
import { decimal } from './functions/shader-function.ts';

/** What a dtype is in a shader. */
export const shaderTypes: Readonly<Record<Scalar, string>> = {
  float32: 'f32',
  // Rounded to what it holds.
  float16: 'f32',
  // Refused when a program is prepared.
  float64: 'f32',
  int32: 'i32',
  uint32: 'u32',
  bool: 'bool',
};

/** A number as a constant of a shader. NaN, infinities and subnormals are given by their bits. */
export function literal(dtype: Scalar, value: number): { readonly text: string; readonly isByBits: boolean } {
  if (dtype === 'bool') return { text: value !== 0 ? 'true' : 'false', isByBits: false };
  if (dtype === 'int32') return { text: `${value | 0}i`.replace('-2147483648i', 'i32(-2147483648)'), isByBits: false };
  if (dtype === 'uint32') return { text: `${value >>> 0}u`, isByBits: false };
  const float = Math.fround(value);
  const isPlain = float === 0 ? !Object.is(float, -0) : Math.abs(float) >= 2 ** -126 && Number.isFinite(float);
  if (isPlain) return { text: decimal(float), isByBits: false };
  const bits = new Uint32Array(Float32Array.of(float).buffer)[0] as number;
  return { text: `float_of_bits(0x${bits.toString(16)}u)`, isByBits: true };
}
