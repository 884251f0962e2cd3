import {
  argument,
  axis,
  binary,
  type ContractionKernel,
  constant,
  type Expression,
  type Kernel,
  type LoopKernel,
  load,
  programOf,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import type { WebgpuBackend } from '../src/index.ts';
import { compileKernel } from '../src/kernels/compile-kernel.ts';
import { gridOf } from '../src/kernels/grid.ts';
import { hasNoGpu, leastLimits, onGpu, withMemoriesOf } from './gpu.ts';
import { loop, product } from './kernels.ts';

const read = { dtype: 'float32', access: 'read' } as const;
const write = { dtype: 'float32', access: 'write' } as const;
const most = leastLimits.maxStorageBufferBindingSize;

type Buffer = ReturnType<WebgpuBackend['allocate']>;
const whole = (buffer: Buffer) => ({ buffer, offset: 0, length: buffer.bytes });
const floats = (bytes: Uint8Array<ArrayBuffer>) => new Float32Array(bytes.buffer);
const plus = (x: Expression, y: Expression) => binary('add', x, y);

/** x + 1 of so many elements. */
const increment = (count: number) =>
  loop({
    bindings: [read, write],
    outer: [count],
    stores: [{ binding: 1, index: axis(0), value: plus(load('float32', 0, axis(0)), constant('float32', 1)) }],
  });

async function compute(backend: WebgpuBackend, kernel: Kernel, buffers: Buffer[], given: number[] = []): Promise<void> {
  backend.run(await backend.prepare(programOf(kernel)), { buffers: buffers.map(whole), arguments: given });
}

test.skipIf(hasNoGpu)('a buffer that is larger than a binding goes on in the next', async () => {
  const backend = await onGpu({}, undefined, leastLimits);
  expect(backend.limits.pieceBytes).toBe(most);
  for (const bytes of [most - 4, most, most + 4, 2 * most + 400]) {
    const buffer = backend.allocate(bytes);
    expect(buffer.memory).toBe(bytes > most ? 2 : 1);
    // The hundred before the limit and the hundred after it, or what there is of them.
    const around = { buffer, offset: most - 400, length: Math.min(800, bytes - most + 400) };
    const count = around.length / 4;
    backend.write(buffer, new Float32Array(count).fill(7), around.offset);
    backend.write(buffer, Float32Array.of(3));
    const small = backend.allocate(around.length);
    const program = await backend.prepare(programOf(increment(count)));
    backend.run(program, { buffers: [around, whole(small)], arguments: [] });
    backend.run(program, { buffers: [whole(small), around], arguments: [] });
    expect(floats(await backend.read(buffer, around))).toEqual(new Float32Array(count).fill(9));
    expect(floats(await backend.read(buffer, { offset: 0, length: 4 }))[0]).toBe(3);
    backend.release(buffer);
    backend.release(small);
  }
  expect(() => backend.allocate(7 * most + 4)).toThrow(/no memory for a buffer on webgpu: 939524100 bytes asked for/);
  const short = backend.allocate(400);
  const program = await backend.prepare(programOf(increment(100)));
  const tooLong = { buffer: short, offset: 0, length: most + 4 };
  expect(() => backend.run(program, { buffers: [tooLong, tooLong], arguments: [] })).toThrow(
    /does not lie in the buffer/,
  );
  backend.dispose();
});

test.skipIf(hasNoGpu)('a turn of a repeat may begin in the next memory, and end in the one after', async () => {
  const backend = await onGpu({}, withMemoriesOf(2048), leastLimits);
  const [x, y] = [backend.allocate(4000), backend.allocate(4000)];
  const numbers = Float32Array.from({ length: 1000 }, (_, i) => i);
  backend.write(x, numbers);
  const { bindings, steps } = programOf(increment(100));
  const repeated = { bindings, arguments: [], steps: [{ repeat: 10, body: steps, strides: [400, 400] }] };
  const first = (buffer: Buffer) => ({ buffer, offset: 0, length: 400 });
  backend.run(await backend.prepare(repeated), { buffers: [first(x), first(y)], arguments: [] });
  expect(floats(await backend.read(y))).toEqual(numbers.map((number) => number + 1));
  backend.dispose();
});

test.skipIf(hasNoGpu)(
  'memories of a large buffer are used by the next, or given back where they are in the way',
  async () => {
    const backend = await onGpu({}, withMemoriesOf(2 ** 20), leastLimits);
    const three = backend.allocate(3 * 2 ** 20);
    const total = backend.memoryBytes;
    backend.release(three);
    const again = backend.allocate(2.5 * 2 ** 20);
    expect([again.memory, backend.memoryBytes]).toEqual([three.memory, total]);
    backend.release(again);
    // With the first there are eight.
    const seven = backend.allocate(7 * 2 ** 20);
    expect([seven.memory, backend.memoryBytes]).toEqual([1, 8 * 2 ** 20]);
    expect(() => backend.allocate(2 ** 20 + 4)).toThrow(/no memory for a buffer[\s\S]*at most 8388608 bytes in all/);
    backend.dispose();
  },
);

test.skipIf(hasNoGpu)(
  'a kernel may use as many memories as the device has bindings, and there are no more',
  async () => {
    const backend = await onGpu({}, withMemoriesOf(2 ** 20), leastLimits);
    const buffers = Array.from({ length: 8 }, () => backend.allocate(800_000));
    expect(buffers.map(({ memory }) => memory)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const inputs = buffers.slice(1);
    inputs.forEach((buffer, i) => {
      backend.write(buffer, new Float32Array(200_000).fill(10 ** i));
    });
    const sum = loop({
      bindings: [write, ...inputs.map(() => read)],
      outer: [200_000],
      stores: [
        { binding: 0, index: axis(0), value: inputs.map((_, i) => load('float32', i + 1, axis(0))).reduce(plus) },
      ],
    });
    await compute(backend, sum, buffers);
    expect(new Set(floats(await backend.read(buffers[0] as Buffer)))).toEqual(new Set([1_111_111]));
    // What is left in each of the eight is used; then there is no more.
    for (let m = 0; m < 8; m++) backend.allocate(150_000);
    expect(() => backend.allocate(150_000)).toThrow(/no memory for a buffer.*150000 bytes[\s\S]*8388608 bytes in all/);
    backend.dispose();
  },
);

test.skipIf(hasNoGpu)('a small memory grows although there is another after it', async () => {
  const backend = await onGpu({}, undefined, leastLimits);
  const large = backend.allocate(most);
  const [first, second] = [backend.allocate(900_000), backend.allocate(900_000)];
  expect([large.memory, first.memory, second.memory]).toEqual([1, 0, 0]);
  backend.dispose();
});

test.skipIf(hasNoGpu).each([-1, 0, 1])('65,535 workgroups and %i more compute every element', async (more) => {
  const backend = await onGpu({}, undefined, leastLimits);
  const count = (65_535 + more) * 64;
  const values = Float32Array.from({ length: count }, (_, i) => i % 1000);
  const [x, y] = [backend.allocate(4 * count), backend.allocate(4 * count)];
  backend.write(x, values);
  await compute(backend, increment(count), [x, y]);
  const got = floats(await backend.read(y));
  expect(got.findIndex((value, i) => value !== (values[i] as number) + 1)).toBe(-1);

  // Products of numbers: each is a workgroup of its own.
  const groups = 65_535 + more;
  const product: ContractionKernel = {
    form: 'contraction',
    batch: [groups],
    m: [1],
    n: [1],
    k: [2],
    bindings: [read, read, write],
    arguments: [],
    a: load('float32', 0, weightedSum([axis(0), axis(3)], [2, 1])),
    b: load('float32', 1, axis(3)),
    stores: [{ binding: 2, index: axis(0), value: reduced('float32', 0) }],
  };
  const weights = backend.allocate(8);
  backend.write(weights, Float32Array.of(1, 2));
  const results = backend.allocate(4 * groups);
  await compute(backend, product, [x, weights, results]);
  const sums = floats(await backend.read(results));
  const right = (i: number) => (values[2 * i] as number) + 2 * (values[2 * i + 1] as number);
  expect(sums.findIndex((value, i) => value !== right(i))).toBe(-1);
  backend.dispose();
});

test('any number of workgroups is folded into dimensions that a device has', () => {
  const side = 65_535;
  for (const groups of [1, side - 1, side, side + 1, side ** 2 - 1, side ** 2, side ** 2 + 1, 2 ** 32 - 1]) {
    const grid = gridOf(groups);
    expect(Math.max(...grid)).toBeLessThanOrEqual(side);
    const all = grid.reduce((product, extent) => product * extent, 1);
    expect(all).toBeGreaterThanOrEqual(groups);
    expect(all).toBeLessThan(1.01 * groups + 1);
  }
});

test.skipIf(hasNoGpu)('arguments take the room they need, and more than the device has is refused', async () => {
  const backend = await onGpu({}, undefined, leastLimits);
  const summing = (count: number) =>
    loop({
      bindings: [write],
      arguments: new Array<'float32'>(count).fill('float32'),
      outer: [1],
      // As a balanced tree: a chain of so many would be too deep for a shader.
      stores: [
        { binding: 0, index: axis(0), value: tree(Array.from({ length: count }, (_, i) => argument('float32', i))) },
      ],
    });
  const out = backend.allocate(4);
  // Blocks of 256, 512 and 1280 bytes.
  for (const count of [62, 63, 300]) {
    const kernel = summing(count);
    const twice = { ...programOf(kernel), steps: [...programOf(kernel).steps, ...programOf(kernel).steps] };
    const given = Array.from({ length: count }, (_, i) => i + 1);
    backend.run(await backend.prepare(twice), { buffers: [whole(out)], arguments: given });
    expect(floats(await backend.read(out))[0]).toBe((count * (count + 1)) / 2);
  }
  const unused = { ...increment(1), arguments: new Array<'float32'>(16_384).fill('float32') };
  expect(() => backend.prepare(programOf(unused))).toThrow(
    /more arguments than the GPU takes[\s\S]*65792 bytes[\s\S]*65536/,
  );
  backend.dispose();
});

function tree(values: Expression[]): Expression {
  if (values.length === 1) return values[0] as Expression;
  const half = values.length >> 1;
  return plus(tree(values.slice(0, half)), tree(values.slice(half)));
}

test('no workgroup shares more memory, or is larger, than every device allows', () => {
  const sums = (outer: number, inner: number, count: number): LoopKernel =>
    loop({
      bindings: [read, ...Array.from({ length: count }, () => write)],
      outer: [outer],
      inner: [inner],
      reductions: Array.from({ length: count }, () => ({
        fn: 'sum',
        value: load('float32', 0, weightedSum([axis(0), axis(1)], [inner, 1])),
      })),
      stores: Array.from({ length: count }, (_, i) => ({
        binding: i + 1,
        index: axis(0),
        value: reduced('float32', i),
      })),
    });
  const sizes = [1, 7, 64, 300, 4096];
  const kernels = [
    ...sizes.flatMap((m) => sizes.flatMap((n) => sizes.map((k) => product(m, n, k)))),
    ...sizes.flatMap((outer) => sizes.flatMap((inner) => [1, 3, 40].map((count) => sums(outer, inner, count)))),
  ];
  let shared = 0;
  for (const kernel of kernels) {
    for (const sharedMemory of [true, false]) {
      for (const stage of compileKernel(kernel, { sharedMemory }).stages) {
        const text = stage.source(new Array(kernel.bindings.length + 1).fill([0]));
        const words = [...text.matchAll(/var<workgroup> \w+: array<(vec4<)?[fiu]32>?, (\d+)>/g)].map(
          ([, vector, count]) => Number(count) * (vector ? 4 : 1),
        );
        expect(words.length).toBe(text.split('var<workgroup>').length - 1);
        shared = Math.max(shared, 4 * words.reduce((sum, count) => sum + count, 0));
        expect(Number(text.match(/@workgroup_size\((\d+)\)/)?.[1])).toBeLessThanOrEqual(256);
      }
    }
  }
  expect(shared).toBeGreaterThan(1024);
  expect(shared).toBeLessThanOrEqual(leastLimits.maxComputeWorkgroupStorageSize);
});
