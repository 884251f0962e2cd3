import { DeviceError } from '@evenkeel/errors';

/** How a device computes with float32. */
export interface Float32Behavior {
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

const shader = `
@group(0) @binding(0) var<storage, read_write> words: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  let a = words[i];
  let b = words[i + ${cases}u];
  words[i + ${2 * cases}u] = a / b;
  words[i + ${3 * cases}u] = sqrt(a);
  words[i + ${4 * cases}u] = a * b - words[${6 * cases}u];
  words[i + ${5 * cases}u] = select(0.0f, 1.0f, a != a) + words[${6 * cases + 1}u] * b;
}`;

/** Computes some numbers whose results tell how a device rounds. */
export async function probe(device: GPUDevice): Promise<Float32Behavior> {
  const words = new Float32Array(6 * cases + 4);
  for (let i = 0; i < cases; i++) {
    words[i] = 1 + ((i * 0.618033988) % 1);
    words[i + cases] = 1 + ((i * 0.414213562) % 1);
  }
  // (1 + 2^-12)² = 1 + 2^-11 + 2^-24, whose last bit only a fused product keeps.
  words[0] = words[cases] = 1 + 2 ** -12;
  words[1] = Number.NaN;
  words[6 * cases] = 1 + 2 ** -11;
  words[6 * cases + 1] = 2 ** -127;
  const input = words.slice();
  const size = words.byteLength;
  const buffer = device.createBuffer({ size, usage: 0x80 | 0x08 | 0x04 });
  const copy = device.createBuffer({ size, usage: 0x01 | 0x08 });
  device.queue.writeBuffer(buffer, 0, words);
  const module = device.createShaderModule({ code: shader });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const layout = pipeline.getBindGroupLayout(0);
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(cases / 64);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  const got = new Float32Array(copy.getMappedRange().slice(0));
  copy.destroy();
  buffer.destroy();
  const isExact = (from: number, expected: (i: number) => number): boolean => {
    for (let i = 2; i < cases; i++) if (got[from + i] !== Math.fround(expected(i))) return false;
    return true;
  };
  if (!(Math.abs((got[2 * cases] as number) - 1) < 1e-6)) {
    throw new DeviceError('the GPU computes nonsense: a number divided by itself is not 1', {
      doing: 'making the webgpu backend',
      got: `${got[2 * cases]}`,
    });
  }
  return {
    arithmetic: got[4 * cases] === 0 ? 'separate' : 'fused',
    subnormals: got[5 * cases + 2] === 0 ? 'flushed' : 'kept',
    division: isExact(2 * cases, (i) => (input[i] as number) / (input[i + cases] as number)) ? 'exact' : 'approximate',
    squareRoot: isExact(3 * cases, (i) => Math.sqrt(input[i] as number)) ? 'exact' : 'approximate',
    nan: (got[5 * cases + 1] as number) >= 1 ? 'kept' : 'ignored',
  };
}
