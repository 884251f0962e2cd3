import {
  argument,
  axis,
  binary,
  bounded,
  constant,
  type Expression,
  integer,
  type Kernel,
  type LoopKernel,
  load,
  type Program,
  programOf,
  type ScatterAddKernel,
  sizeClass,
  weightedSum,
} from '@evenkeel/backend';
import { DeviceError, DTypeError, IndexError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32, indices, loop, read, written } from './kernels.ts';

/** out[i] = in[i] · argument */
const scale = (n: number): LoopKernel =>
  loop({
    arguments: [f32],
    outer: [n],
    stores: [{ binding: 1, index: axis(0), value: binary('mul', load(f32, 0, axis(0)), argument(f32, 0)) }],
  });

describe('the heap', () => {
  test('gives a released block to the next request of its size', () => {
    const backend = wasm();
    const first = backend.allocate(1000);
    backend.release(first);
    expect(backend.allocate(1010).address).toBe(first.address);
  });

  test('begins blocks at cache lines', () => {
    const backend = wasm();
    for (const bytes of [0, 1, 64, 65, 1000, 1025, 5000, 100_000, 1_234_567]) {
      expect(backend.allocate(bytes).address % 64).toBe(0);
    }
  });

  test('keeps contents while memory grows, and blocks never overlap', async () => {
    const backend = wasm();
    const buffers = Array.from({ length: 40 }, (_, i) => {
      const buffer = backend.allocate(100_000 + i);
      backend.write(buffer, new Uint8Array(100_000 + i).fill(i));
      return buffer;
    });
    for (const [i, buffer] of buffers.entries()) {
      const bytes = await backend.read(buffer);
      expect(bytes.length).toBe(100_000 + i);
      expect(bytes.every((byte) => byte === i)).toBe(true);
    }
  });

  test('says how much was asked and what is live when there is no more, and goes on after a release', () => {
    const backend = wasm({ maximumBytes: 1 << 20 });
    const half = backend.allocate(600_000);
    expect(() => backend.allocate(600_000)).toThrow(DeviceError);
    expect(() => backend.allocate(600_000)).toThrow(/600000 bytes.*live in 1 buffers/s);
    backend.release(half);
    backend.allocate(600_000);
  });

  test('joins free neighbors before it gives up', () => {
    const backend = wasm({ maximumBytes: 1 << 20 });
    const small = Array.from({ length: 60 }, () => backend.allocate(16_000));
    for (const buffer of small.slice(10, 50)) backend.release(buffer);
    backend.allocate(500_000);
    for (const buffer of [...small.slice(0, 10), ...small.slice(50)]) backend.release(buffer);
    expect(() => backend.allocate(600_000)).toThrow(DeviceError);
  });

  test('does not grow over 10,000 runs that allocate and release', async () => {
    const backend = wasm();
    const prepared = await backend.prepare(programOf(scale(1000)));
    const step = (): void => {
      const buffers = [backend.allocate(4000), backend.allocate(4000)];
      const bindings = buffers.map((buffer) => ({ buffer, offset: 0, length: 4000 }));
      backend.run(prepared, { buffers: bindings, arguments: [2] });
      for (const buffer of buffers) backend.release(buffer);
    };
    step();
    const [live, memory] = [backend.liveBytes, backend.memoryBytes];
    for (let i = 0; i < 10_000; i++) step();
    expect([backend.liveBytes, backend.memoryBytes]).toEqual([live, memory]);
  });

  test('reaches addresses above 2 GiB', async () => {
    const backend = wasm();
    const large = backend.allocate(2 ** 31);
    const [, out] = await runKernel(scale(9), [numbers(9), numbers(9)], { backend, arguments: [2] });
    expect(out).toEqual(numbers(9).map((x) => x * 2));
    backend.release(large);
  });
});

describe('a buffer', () => {
  test('that was released is refused wherever it turns up', async () => {
    const backend = wasm();
    const buffer = backend.allocate(64);
    backend.release(buffer);
    expect(() => backend.release(buffer)).toThrow(/released before/);
    expect(() => backend.write(buffer, new Uint8Array(4))).toThrow(/released before/);
    await expect(backend.read(buffer)).rejects.toThrow(/released before/);
    const prepared = await backend.prepare(programOf(scale(4)));
    const binding = { buffer, offset: 0, length: 16 };
    expect(() => backend.run(prepared, { buffers: [binding, binding], arguments: [1] })).toThrow(/released before/);
  });

  test('refuses ranges outside it', async () => {
    const backend = wasm();
    const buffer = backend.allocate(64);
    expect(() => backend.write(buffer, new Uint8Array(60), 8)).toThrow(DeviceError);
    await expect(backend.read(buffer, { offset: 60, length: 8 })).rejects.toThrow(DeviceError);
  });

  test("is read as a copy of the caller's own", async () => {
    const backend = wasm();
    const buffer = backend.allocate(8);
    backend.write(buffer, new Float32Array([1, 2]));
    const copy = await backend.read(buffer, { offset: 4, length: 4 });
    backend.write(buffer, new Float32Array([3, 4]));
    expect(new Float32Array(copy.buffer)).toEqual(new Float32Array([2]));
  });

  test('of a disposed backend is refused', () => {
    const backend = wasm();
    const buffer = backend.allocate(8);
    backend.dispose();
    expect(() => backend.write(buffer, new Uint8Array(8))).toThrow(/disposed/);
    expect(() => backend.allocate(8)).toThrow(/disposed/);
  });

  test('may be released, and released again, after its backend was disposed of', () => {
    const backend = wasm();
    const [buffer, another] = [backend.allocate(8), backend.allocate(8)];
    backend.release(another);
    backend.dispose();
    backend.release(buffer);
    backend.release(buffer);
    backend.release(another);
    expect(backend.liveBytes).toBe(sizeClass(8));
  });
});

describe('an index outside its bounds', () => {
  const gather = (size: number): LoopKernel => {
    const row = bounded(load('int32', 0, axis(0)), size);
    const index = binary('add', binary('mul', row, integer(5)), axis(1));
    return loop({
      bindings: [indices, read, written],
      outer: [6, 5],
      stores: [{ binding: 2, index: weightedSum([axis(0), axis(1)], [5, 1]), value: load(f32, 1, index) }],
    });
  };

  test.each([
    [4, 4],
    [-1, 4],
    [2 ** 31 - 1, 4],
  ])('%i of %i is an IndexError that names both', async (index, size) => {
    const run = runKernel(gather(size), [[0, 1, index, 3, 2, 1], numbers(20), numbers(30)]);
    await expect(run).rejects.toThrow(IndexError);
    await expect(run).rejects.toThrow(`index ${index} is out of range for a dimension of size ${size}`);
  });

  test('is replaced by the nearest inside', async () => {
    const backend = wasm();
    const [rows, table, out] = [backend.allocate(24), backend.allocate(80), backend.allocate(120)];
    backend.write(rows, new Int32Array([0, -5, 3, 4, 1000, 1]));
    backend.write(
      table,
      Float32Array.from({ length: 20 }, (_, i) => i),
    );
    const buffers = [rows, table, out].map((buffer) => ({ buffer, offset: 0, length: buffer.bytes }));
    const prepared = await backend.prepare(programOf(gather(4)));
    expect(() => backend.run(prepared, { buffers, arguments: [] })).toThrow(IndexError);
    const first = [...new Float32Array((await backend.read(out)).buffer)].filter((_, i) => i % 5 === 0);
    expect(first).toEqual([0, 0, 15, 15, 15, 5]);
  });

  test('in one lane is found, and the next run is not blamed', async () => {
    const backend = wasm();
    const element = bounded(load('int32', 0, axis(0)), 8);
    const kernel = loop({
      bindings: [indices, read, written],
      outer: [7],
      stores: [{ binding: 2, index: axis(0), value: load(f32, 1, element) }],
    });
    for (let lane = 0; lane < 7; lane++) {
      const rows = [0, 1, 2, 3, 4, 5, 6];
      rows[lane] = 8 + lane;
      const run = runKernel(kernel, [rows, numbers(8), numbers(7)], { backend });
      await expect(run).rejects.toThrow(`index ${8 + lane} is`);
    }
    await expectSame(kernel, [[7, 6, 5, 4, 3, 2, 1], numbers(8), numbers(7)], { backend });
  });
});

describe('scatterAdd', () => {
  const scatter = (index: Expression, value: Expression, size: number, shape: readonly [number, number, number]) =>
    ({
      form: 'routine',
      routine: 'scatterAdd',
      bindings: [indices, read, written],
      arguments: [],
      outer: shape[0],
      length: shape[1],
      inner: shape[2],
      size,
      index,
      value,
      output: 2,
    }) satisfies ScatterAddKernel;
  const contiguous = (l: number, r: number) => weightedSum([axis(0), axis(1), axis(2)], [l * r, r, 1]);

  test.each([
    [1, 9, 1],
    [1, 9, 7],
    [2, 5, 16],
    [3, 4, 67],
  ] as const)('adds rows by index: %i x %i x %i', async (outer, length, inner) => {
    const kernel = scatter(load('int32', 0, axis(1)), load(f32, 1, contiguous(length, inner)), 6, [
      outer,
      length,
      inner,
    ]);
    const rows = [5, 0, 5, 2, 2, 1, 5, 0, 4].slice(0, length);
    await expectSame(kernel, [rows, numbers(outer * length * inner), numbers(outer * 6 * inner, 2)]);
  });

  test('adds elements by an index of their own', async () => {
    const kernel = scatter(load('int32', 0, contiguous(4, 5)), load(f32, 1, contiguous(4, 5)), 3, [2, 4, 5]);
    const places = numbers(40).map((x) => Math.floor((x + 1) * 1.5));
    await expectSame(kernel, [places, numbers(40), numbers(30, 2)]);
  });

  test('adds in order', async () => {
    const kernel = scatter(integer(0), load(f32, 1, axis(1)), 1, [1, 4, 1]);
    const [, , out] = await runKernel(kernel, [[0], [1e8, 1, -1e8, 0.5], [7]]);
    expect(out).toEqual([0.5]);
  });

  test('adds nothing for an index outside, and reports it', async () => {
    const kernel = scatter(load('int32', 0, axis(1)), load(f32, 1, contiguous(3, 2)), 2, [1, 3, 2]);
    for (const index of [2, -1]) {
      const run = runKernel(kernel, [[0, index, 1], numbers(6), numbers(4)]);
      await expect(run).rejects.toThrow(`index ${index} is out of range for a dimension of size 2`);
    }
  });

  test('adds integers', async () => {
    const kernel: ScatterAddKernel = {
      ...scatter(load('int32', 0, axis(1)), load('int32', 1, axis(1)), 3, [1, 5, 1]),
      bindings: [indices, indices, { dtype: 'int32', access: 'write' }],
    };
    const [, , out] = await runKernel(kernel, [
      [2, 0, 2, 1, 2],
      [1, 2, 3, 4, 5],
      [9, 9, 9],
    ]);
    expect(out).toEqual([2, 4, 9]);
  });
});

describe('a program', () => {
  test('runs its steps in order on bindings and arguments of their own', async () => {
    const backend = wasm();
    const program: Program = {
      bindings: [read, written, written],
      arguments: [f32, f32],
      steps: [
        { kernel: scale(5), bindings: [0, 1], arguments: [1] },
        { kernel: scale(5), bindings: [1, 2], arguments: [0] },
      ],
    };
    const buffers = [0, 1, 2].map(() => ({ buffer: backend.allocate(20), offset: 0, length: 20 }));
    backend.write(buffers[0]?.buffer as never, new Float32Array([1, 2, 3, 4, 5]));
    const prepared = await backend.prepare(program);
    for (const [first, second] of [
      [2, 3],
      [5, 0.5],
    ] as const) {
      backend.run(prepared, { buffers, arguments: [first, second] });
      const out = new Float32Array((await backend.read(buffers[2]?.buffer as never)).buffer);
      expect([...out]).toEqual([1, 2, 3, 4, 5].map((x) => x * first * second));
    }
  });

  test('begins each repeat where its bindings begin', async () => {
    const backend = wasm();
    const increment = loop({
      bindings: [written],
      outer: [3],
      stores: [{ binding: 0, index: axis(0), value: binary('add', load(f32, 0, axis(0)), constant(f32, 1)) }],
    });
    const repeat = { repeat: 4, strides: [12], body: [{ kernel: increment, bindings: [0], arguments: [] }] };
    const prepared = await backend.prepare({ bindings: [written], arguments: [], steps: [repeat, repeat] });
    const buffer = backend.allocate(60);
    backend.write(buffer, new Float32Array(15));
    backend.run(prepared, { buffers: [{ buffer, offset: 0, length: 12 }], arguments: [] });
    const out = new Float32Array((await backend.read(buffer)).buffer);
    expect([...out]).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0]);
  });

  test('repeats steps with bindings that move on', async () => {
    const backend = wasm();
    const chain = loop({
      bindings: [read, read, written],
      outer: [3],
      stores: [{ binding: 2, index: axis(0), value: binary('add', load(f32, 0, axis(0)), load(f32, 1, axis(0))) }],
    });
    // sums[t + 1] = sums[t] + x[t], twice, the second time from the start again.
    const repeat = { repeat: 4, strides: [12, 12], body: [{ kernel: chain, bindings: [0, 1, 2], arguments: [] }] };
    const program: Program = {
      bindings: [read, read, written],
      arguments: [],
      steps: [
        { ...repeat, strides: [12, 12, 12] },
        { ...repeat, strides: [12, 12, 12] },
      ],
    };
    const [sums, x] = [backend.allocate(60), backend.allocate(48)];
    backend.write(sums, new Float32Array(15));
    backend.write(
      x,
      Float32Array.from({ length: 12 }, (_, i) => i),
    );
    const buffers = [
      { buffer: sums, offset: 0, length: 12 },
      { buffer: x, offset: 0, length: 12 },
      { buffer: sums, offset: 12, length: 12 },
    ];
    backend.run(await backend.prepare(program), { buffers, arguments: [] });
    const out = new Float32Array((await backend.read(sums)).buffer);
    expect([...out]).toEqual([0, 0, 0, 0, 1, 2, 3, 5, 7, 9, 12, 15, 18, 22, 26]);
  });

  test('takes arguments of every dtype', async () => {
    const kernel = loop({
      bindings: [{ dtype: 'int32', access: 'write' }],
      arguments: ['int32', 'bool', 'uint32'],
      outer: [5],
      stores: [
        {
          binding: 0,
          index: axis(0),
          value: {
            kind: 'select',
            dtype: 'int32',
            condition: argument('bool', 1),
            a: binary('add', argument('int32', 0), axis(0)),
            b: { kind: 'cast', dtype: 'int32', a: argument('uint32', 2) },
          },
        },
      ],
    });
    const zeros = [0, 0, 0, 0, 0];
    expect(await runKernel(kernel, [zeros], { arguments: [-7, 1, 0] })).toEqual([[-7, -6, -5, -4, -3]]);
    const [out] = await runKernel(kernel, [zeros], { arguments: [-7, 0, 4_000_000_000] });
    expect(out?.[0]).toBe(4_000_000_000 | 0);
  });

  test('with more than eight bindings and arguments runs too', async () => {
    const count = 20;
    let sum: Expression = constant(f32, 0);
    for (let i = 0; i < count; i++) {
      sum = binary('add', sum, binary('mul', load(f32, i, axis(0)), argument(f32, i)));
    }
    const kernel = loop({
      bindings: [...Array.from({ length: count }, () => read), written],
      arguments: Array.from({ length: count }, () => f32),
      outer: [6],
      stores: [{ binding: count, index: axis(0), value: sum }],
    });
    const inputs = Array.from({ length: count + 1 }, (_, i) => numbers(6, i));
    await expectSame(kernel, inputs, { arguments: numbers(count, 99) });
  });

  test('of the same structure is compiled once', () => {
    const backend = wasm();
    backend.prepare(programOf(scale(4)));
    const before = WebAssembly.Module;
    let compiled = 0;
    const counting = class extends before {
      constructor(bytes: BufferSource) {
        super(bytes);
        compiled++;
      }
    };
    WebAssembly.Module = counting;
    try {
      backend.prepare(programOf(scale(4)));
      expect(compiled).toBe(0);
      backend.prepare(programOf(scale(5)));
      expect(compiled).toBe(1);
    } finally {
      WebAssembly.Module = before;
    }
  });

  test('in float64 is refused', () => {
    const kernel: Kernel = loop({ bindings: [{ dtype: 'float64', access: 'write' }], outer: [1] });
    expect(() => wasm().prepare(programOf(kernel))).toThrow(DTypeError);
  });

  test('whose expression shares its parts heavily stays small', async () => {
    // Each level uses the one below twice: as a tree it would have 2^60 nodes.
    let x = load(f32, 0, axis(0));
    for (let i = 0; i < 60; i++) x = binary('sub', binary('add', x, x), x);
    const kernel = loop({ outer: [9], stores: [{ binding: 1, index: axis(0), value: x }] });
    const [, out] = await runKernel(kernel, [numbers(9), numbers(9)]);
    expect(out).toEqual(numbers(9));
  });
});

test('arithmetic is declared as the engine does it', () => {
  expect(wasm({ relaxed: false }).limits.arithmetic).toBe('separate');
  expect(['fused', 'separate']).toContain(wasm().limits.arithmetic);
});
