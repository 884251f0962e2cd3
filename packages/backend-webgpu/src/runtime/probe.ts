import { DeviceError } from '@evenkeel/errors';
import { computeOnce } from './compute-once.ts';

/** How a device computes with float32. */
export interface Float32Behavior {
  /** `degraded` where sums or products have fewer digits than float32: such a device is refused, unless `acceptDegraded` is set. */
  readonly precision: 'full' | 'degraded';
  /** How products are added: `fused` rounds once, `separate` twice. */
  readonly arithmetic: 'fused' | 'separate';
  /** Whether numbers below 2^-126 count, or are taken for and become zero. */
  readonly subnormals: 'kept' | 'flushed';
  /** Whether `a / b` is rounded as IEEE 754 says; WGSL allows 2.5 ulp. */
  readonly division: 'exact' | 'approximate';
  readonly squareRoot: 'exact' | 'approximate';
  /** Whether a NaN is unequal to itself. */
  readonly nan: 'kept' | 'ignored';
}

const cases = 256;
/** Rows of cases: two that are given, six that are computed; then two more numbers that are given. */
const given = 8 * cases;

const shader = `
@group(0) @binding(0) var<storage, read_write> words: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  let a = words[i];
  let b = words[i + ${cases}u];
  words[i + ${2 * cases}u] = a / b;
  words[i + ${3 * cases}u] = sqrt(a);
  words[i + ${4 * cases}u] = a * b - words[${given}u];
  words[i + ${5 * cases}u] = select(0.0f, 1.0f, a != a) + words[${given + 1}u] * b;
  words[i + ${6 * cases}u] = a * b;
  words[i + ${7 * cases}u] = a + b;
}`;

/**
 * Computes some numbers whose results tell how a device rounds.
 *
 * @throws DeviceError where it computes float32 with fewer digits and that is not accepted
 */
export async function probe(device: GPUDevice, acceptDegraded = false): Promise<Float32Behavior> {
  const words = new Float32Array(given + 2);
  for (let i = 0; i < cases; i++) {
    words[i] = 1 + ((i * 0.618033988) % 1);
    words[i + cases] = 1 + ((i * 0.414213562) % 1);
  }
  // (1 + 2^-12)² = 1 + 2^-11 + 2^-24, whose last bit only a fused product keeps.
  words[0] = words[cases] = 1 + 2 ** -12;
  words[1] = Number.NaN;
  words[given] = 1 + 2 ** -11;
  words[given + 1] = 2 ** -127;
  const got = await computeOnce(device, shader, words, cases / 64);
  /** The largest relative error of a row. */
  const errorOf = (row: number, expected: (a: number, b: number) => number): number => {
    let most = 0;
    for (let i = 2; i < cases; i++) {
      const right = Math.fround(expected(words[i] as number, words[i + cases] as number));
      const error = Math.abs((got[row * cases + i] as number) - right) / Math.abs(right);
      // NaN is an error too.
      if (!(error <= most)) most = error;
    }
    return most;
  };
  const errors = {
    quotients: errorOf(2, (a, b) => a / b),
    roots: errorOf(3, Math.sqrt),
    products: errorOf(6, (a, b) => a * b),
    sums: errorOf(7, (a, b) => a + b),
  };
  // WGSL has products and sums rounded as IEEE 754 says, and allows some ulp for the others.
  const poor = Object.entries(errors).filter(
    ([name, error]) => !(error <= (/products|sums/.test(name) ? 0 : 2 ** -20)),
  );
  if (poor.length > 0 && !acceptDegraded) {
    throw new DeviceError('the GPU computes float32 with less than the precision of float32', {
      doing: 'making the webgpu backend',
      got: poor.map(([name, error]) => `${name} with a relative error of ${error.toPrecision(2)}`).join(', '),
      expected: 'sums and products that are rounded once, to 24 bits',
      remedy: 'use another adapter or driver, or the backend wasm; with { acceptDegraded: true } it is used as it is',
    });
  }
  const exactness = (error: number) => (error === 0 ? 'exact' : 'approximate');
  return {
    precision: poor.length > 0 ? 'degraded' : 'full',
    arithmetic: got[4 * cases] === 0 ? 'separate' : 'fused',
    subnormals: got[5 * cases + 2] === 0 ? 'flushed' : 'kept',
    division: exactness(errors.quotients),
    squareRoot: exactness(errors.roots),
    nan: (got[5 * cases + 1] as number) >= 1 ? 'kept' : 'ignored',
  };
}
