import {
  axis,
  binary,
  type ContractionKernel,
  constant,
  load,
  programOf,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { expect, test } from 'vitest';
import { type WebgpuBackend, webgpu } from '../src/index.ts';
import { hasNoGpu, onGpu } from './gpu.ts';
import { loop } from './kernels.ts';

const read = { dtype: 'float32', access: 'read' } as const;
const write = { dtype: 'float32', access: 'write' } as const;

const whole = (buffer: ReturnType<WebgpuBackend['allocate']>) => ({ buffer, offset: 0, length: buffer.bytes });
const floats = (bytes: Uint8Array<ArrayBuffer>) => new Float32Array(bytes.buffer);

/** x + 1 of so many elements. */
const increment = (count: number) =>
  programOf(
    loop({
      bindings: [read, write],
      outer: [count],
      stores: [
        { binding: 1, index: axis(0), value: binary('add', load('float32', 0, axis(0)), constant('float32', 1)) },
      ],
    }),
  );

test.skipIf(hasNoGpu)('buffers keep what they hold when the memory grows', async () => {
  const backend = await onGpu();
  const first = backend.allocate(4 * 1000);
  backend.write(first, new Float32Array(1000).fill(7));
  const before = backend.memoryBytes;
  const large = backend.allocate(8 * 2 ** 20);
  expect(backend.memoryBytes).toBeGreaterThan(before);
  backend.run(await backend.prepare(increment(1000)), {
    buffers: [whole(first), { buffer: large, offset: 4 * 1000, length: 4 * 1000 }],
    arguments: [],
  });
  expect(new Set(floats(await backend.read(first)))).toEqual(new Set([7]));
  expect(new Set(floats(await backend.read(large, { offset: 4000, length: 4000 })))).toEqual(new Set([8]));
  backend.dispose();
});

test.skipIf(hasNoGpu)(
  'a program runs on buffers of several memories, where the device gives no larger ones',
  async () => {
    const memoryBytes = 2 ** 20;
    const backend = await onGpu({}, (device) => {
      const limits = {
        maxBufferSize: memoryBytes,
        maxStorageBufferBindingSize: memoryBytes,
        maxStorageBuffersPerShaderStage: 4,
      };
      Object.defineProperty(device, 'limits', { value: limits });
    });
    const [other, x, y] = [backend.allocate(800_000), backend.allocate(800_000), backend.allocate(800_000)];
    expect([other.memory, x.memory, y.memory]).toEqual([0, 1, 2]);
    backend.write(x, new Float32Array(200_000).fill(3));
    const program = await backend.prepare(increment(200_000));
    backend.run(program, { buffers: [whole(x), whole(y)], arguments: [] });
    backend.run(program, { buffers: [whole(y), whole(other)], arguments: [] });
    expect(new Set(floats(await backend.read(y)))).toEqual(new Set([4]));
    expect(new Set(floats(await backend.read(other)))).toEqual(new Set([5]));
    backend.allocate(800_000);
    expect(() => backend.allocate(800_000)).toThrow(/no memory/);
    backend.dispose();
  },
);

test.skipIf(hasNoGpu)('memory that may not grow further is refused, with what is live', async () => {
  const backend = await onGpu({ maximumBytes: 4 * 2 ** 20 });
  backend.allocate(2 ** 20);
  expect(() => backend.allocate(16 * 2 ** 20)).toThrow(
    /16777216 bytes asked for[\s\S]*1048576 bytes live in 1 buffers/,
  );
  backend.dispose();
});

test.skipIf(hasNoGpu)('what the device complains of is an error at the read that comes after', async () => {
  const backend = await onGpu();
  const buffer = backend.allocate(16);
  // Beyond the end of the GPU's buffer, which only the device can find.
  Object.defineProperty(buffer, 'bytes', { value: 2 ** 22 });
  const error = await backend.read(buffer).catch((e) => e);
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toMatch(/refused/);
  const good = backend.allocate(8);
  backend.write(good, Float32Array.of(1, 2));
  expect([...floats(await backend.read(good))]).toEqual([1, 2]);
  backend.dispose();
});

test.skipIf(hasNoGpu)('a shader that the device refuses is an error with its text', async () => {
  const backend = await onGpu({}, (device) => {
    const { createShaderModule } = device;
    device.createShaderModule = ({ code }) =>
      createShaderModule.call(device, { code: code.replaceAll('memory0[base0', 'nothing[base0') });
  });
  const steps = [10, 20, 30].flatMap((count) => increment(count).steps);
  const program = { bindings: [read, write], arguments: [], steps };
  await expect(backend.prepare(program)).rejects.toThrow(/refused a shader[\s\S]*nothing/);
  backend.dispose();
});

test.skipIf(hasNoGpu)('no GPU buffer is made once a program has run and been read', async () => {
  let made = 0;
  const backend = await onGpu({}, (device) => {
    const { createBuffer } = device;
    device.createBuffer = (descriptor) => {
      made++;
      return createBuffer.call(device, descriptor);
    };
  });
  const program = await backend.prepare(increment(1000));
  const [x, y] = [backend.allocate(4000), backend.allocate(4000)];
  backend.write(x, new Float32Array(1000));
  const turn = async (): Promise<void> => {
    backend.run(program, { buffers: [whole(x), whole(y)], arguments: [] });
    await backend.read(y);
  };
  for (let step = 0; step < 3; step++) await turn();
  const before = made;
  for (let step = 0; step < 20; step++) await turn();
  expect(before).toBeGreaterThan(0);
  expect(made).toBe(before);
  backend.dispose();
});

test.skipIf(hasNoGpu)('tiles in shared memory and parts of sums give what plain sums give', async () => {
  const [m, n, k] = [70, 50, 900];
  const x = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i));
  const y = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i * 0.7));
  const kernel: ContractionKernel = {
    form: 'contraction',
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    bindings: [read, read, write],
    arguments: [],
    a: load('float32', 0, weightedSum([axis(0), axis(2)], [k, 1])),
    b: load('float32', 1, weightedSum([axis(2), axis(1)], [n, 1])),
    stores: [
      {
        binding: 2,
        index: weightedSum([axis(0), axis(1)], [n, 1]),
        value: binary('add', reduced('float32', 0), constant('float32', 1)),
      },
    ],
  };
  for (const sharedMemory of [true, false]) {
    const backend = await onGpu({ sharedMemory });
    const [a, b, out] = [backend.allocate(x.byteLength), backend.allocate(y.byteLength), backend.allocate(4 * m * n)];
    backend.write(a, x);
    backend.write(b, y);
    backend.run(await backend.prepare(programOf(kernel)), { buffers: [whole(a), whole(b), whole(out)], arguments: [] });
    const got = floats(await backend.read(out));
    for (let i = 0; i < m; i += 7) {
      for (let j = 0; j < n; j += 3) {
        let sum = 1;
        for (let t = 0; t < k; t++) sum += (x[i * k + t] as number) * (y[t * n + j] as number);
        expect(got[i * n + j]).toBeCloseTo(sum, 3);
      }
    }
    backend.dispose();
  }
});

test('without WebGPU the error says what to do', async () => {
  await expect(webgpu({ gpu: { requestAdapter: async () => null } as unknown as GPU })).rejects.toThrow(
    /found no adapter/,
  );
});

test.skipIf(hasNoGpu)('a heap gives released memory again', async () => {
  const backend = await onGpu();
  const first = backend.allocate(5000);
  const { address } = first;
  backend.release(first);
  expect(backend.allocate(5000).address).toBe(address);
  expect(() => backend.release(first)).toThrow(/released before/);
  backend.dispose();
});

test.skipIf(hasNoGpu)('teams of every size put together what subgroups have, the same in every run', async () => {
  const outer = 5;
  const results = [];
  const backends = await Promise.all([true, false].map((subgroups) => onGpu({ sharedMemory: true, subgroups })));
  for (const backend of backends) {
    const found: number[][] = [];
    // From two to 256 lanes.
    for (const inner of [16, 32, 64, 128, 300, 1000, 4096]) {
      const x = backend.allocate(4 * outer * inner);
      backend.write(
        x,
        Float32Array.from({ length: outer * inner }, (_, i) => ((i * 7919) % 1013) - 500),
      );
      const values = load('float32', 0, weightedSum([axis(0), axis(1)], [inner, 1]));
      const kernel = loop({
        bindings: [read, write, write, { dtype: 'bool', access: 'write' }],
        outer: [outer],
        inner: [inner],
        reductions: [
          { fn: 'sum', value: values },
          { fn: 'max', value: binary('sub', values, reduced('float32', 0)) },
          { fn: 'max', value: binary('eq', values, constant('float32', 512)) },
        ],
        stores: [
          { binding: 1, index: axis(0), value: reduced('float32', 0) },
          { binding: 2, index: axis(0), value: reduced('float32', 1) },
          { binding: 3, index: axis(0), value: reduced('bool', 2) },
        ],
      });
      const outputs = [0, 1, 2].map(() => backend.allocate(4 * outer));
      const program = await backend.prepare(programOf(kernel));
      const once = async () => {
        backend.run(program, { buffers: [x, ...outputs].map(whole), arguments: [] });
        return Promise.all(outputs.map(async (one) => [...new Int32Array((await backend.read(one)).buffer)]));
      };
      const first = await once();
      expect(await once()).toEqual(first);
      found.push(...first);
    }
    results.push(found);
    backend.dispose();
  }
  // Sums of whole numbers are exact, in whatever order.
  expect(results[0]).toEqual(results[1]);
});
