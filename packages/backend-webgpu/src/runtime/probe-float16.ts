import { computeOnce } from './compute-once.ts';

/** How a device computes with float16, where it does. */
export interface Float16Behavior {
  /** `degraded` where sums or products have fewer digits than float16. */
  readonly precision: 'full' | 'degraded';
  /** How products are added: `fused` rounds once, `separate` twice. */
  readonly arithmetic: 'fused' | 'separate';
  /** Whether numbers below 2^-14 count, or are taken for and become zero. */
  readonly subnormals: 'kept' | 'flushed';
}

const shader = `enable f16;
@group(0) @binding(0) var<storage, read_write> words: array<f32>;
@compute @workgroup_size(1)
fn main() {
  let a = f16(words[0]);
  let c = f16(words[2]);
  words[6] = f32(a * a);
  words[7] = f32(a + f16(words[1]));
  words[8] = f32(c * c - f16(words[3]));
  words[9] = f32(f16(words[4]) * f16(words[5]));
}`;

/** Computes some numbers whose results tell how a device with `shader-f16` rounds. */
export async function probeFloat16(device: GPUDevice): Promise<Float16Behavior> {
  // (1 + 2^-5)² = 1 + 2^-4 + 2^-10 and (1 + 2^-5) + 2^-10 have just the 11 digits that there are;
  // (1 + 2^-6)² = 1 + 2^-5 + 2^-12 has one more, which only a fused product keeps.
  const words = Float32Array.of(1 + 2 ** -5, 2 ** -10, 1 + 2 ** -6, 1 + 2 ** -5, 2 ** -15, 1, 0, 0, 0, 0);
  const got = await computeOnce(device, shader, words);
  const isFull = got[6] === 1 + 2 ** -4 + 2 ** -10 && got[7] === 1 + 2 ** -5 + 2 ** -10;
  return {
    precision: isFull ? 'full' : 'degraded',
    arithmetic: got[8] === 0 ? 'separate' : 'fused',
    subnormals: got[9] === 0 ? 'flushed' : 'kept',
  };
}
