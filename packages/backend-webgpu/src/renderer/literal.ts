import type { Scalar } from '@evenkeel/backend';
import { decimal, type Use } from './functions/shader-function.ts';
import { floatOfBits } from './functions/special-values.ts';

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
export function literal(dtype: Scalar, value: number, use: Use): string {
  if (dtype === 'bool') return String(value !== 0);
  if (dtype === 'int32') return `${value | 0}i`.replace('-2147483648i', 'i32(-2147483648)');
  if (dtype === 'uint32') return `${value >>> 0}u`;
  const float = Math.fround(value);
  const isPlain = float === 0 ? !Object.is(float, -0) : Math.abs(float) >= 2 ** -126 && Number.isFinite(float);
  if (isPlain) return decimal(float);
  const bits = new Uint32Array(Float32Array.of(float).buffer)[0] as number;
  return `${use(floatOfBits)}(0x${bits.toString(16)}u)`;
}
