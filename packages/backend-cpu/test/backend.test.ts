import {
  argument,
  axis,
  type Bindings,
  binary,
  constant,
  type Expression,
  type LoopKernel,
  load,
  type Prepared,
  type Program,
  programOf,
} from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { cpu } from '../src/index.ts';
import { runProgram } from './run-kernel.ts';

/** `out[i] = value` over `size` elements, with `reads` float64 inputs. */
const kernelOf = (value: Expression, reads: number, size = 1, args: LoopKernel['arguments'] = []): LoopKernel => ({
  form: 'loop',
  outer: [size],
  inner: [],
  reductions: [],
  elementStores: [],
  arguments: args,
  bindings: [
    ...Array.from({ length: reads }, () => ({ dtype: 'float64', access: 'read' }) as const),
    { dtype: 'float64', access: 'write' },
  ],
  stores: [{ binding: reads, index: axis(0), value }],
});
const x = load('float64', 0, axis(0));

describe('memory of the cpu backend', () => {
  test('gives back what was written, whole or in part, as a copy', async () => {
    const backend = cpu();
    const buffer = backend.allocate(8);
    backend.write(buffer, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]));
    backend.write(buffer, new Uint8Array([9, 9, 30, 40, 9]).subarray(2, 4), 2);
    const all = await backend.read(buffer);
    expect([...all]).toEqual([1, 2, 30, 40, 5, 6, 7, 8]);
    expect([...(await backend.read(buffer, { offset: 3, length: 2 }))]).toEqual([40, 5]);
    all.fill(0);
    expect((await backend.read(buffer))[0]).toBe(1);
  });

  test('is read as it was when it was asked for', async () => {
    const backend = cpu();
    const buffer = backend.allocate(1);
    backend.write(buffer, new Uint8Array([1]));
    const reading = backend.read(buffer);
    backend.write(buffer, new Uint8Array([2]));
    backend.release(buffer);
    expect([...(await reading)]).toEqual([1]);
  });

  test('does not begin as zeros, so that nobody comes to rely on it', async () => {
    const backend = cpu();
    const bytes = await backend.read(backend.allocate(8));
    expect(new Float64Array(bytes.buffer)[0]).toBeNaN();
    expect(new Float32Array(bytes.buffer)[0]).toBeNaN();
  });

  test('refuses a second release and every use after the first', async () => {
    const backend = cpu();
    const buffer = backend.allocate(8);
    const prepared = backend.prepare(programOf(kernelOf(constant('float64', 1), 0))) as Prepared;
    backend.release(buffer);
    expect(() => backend.release(buffer)).toThrow(DeviceError);
    expect(() => backend.release(buffer)).toThrow('this buffer was released');
    expect(() => backend.write(buffer, new Uint8Array(1))).toThrow('this buffer was released');
    await expect(backend.read(buffer)).rejects.toThrow('this buffer was released');
    const bindings: Bindings = { buffers: [{ buffer, offset: 0, length: 8 }], arguments: [] };
    expect(() => backend.run(prepared, bindings)).toThrow('this buffer was released');
  });

  test('refuses buffers and programs of another backend', () => {
    const [backend, other] = [cpu(), cpu()];
    expect(() => backend.release(other.allocate(1))).toThrow('another backend');
    const prepared = other.prepare(programOf(kernelOf(constant('float64', 1), 0))) as Prepared;
    expect(() => backend.run(prepared, { buffers: [], arguments: [] })).toThrow('another backend');
  });

  test('refuses ranges that reach outside a buffer', async () => {
    const backend = cpu();
    const buffer = backend.allocate(4);
    expect(() => backend.write(buffer, new Uint8Array(2), 3)).toThrow('2 bytes from byte 3 of a buffer of 4 bytes');
    await expect(backend.read(buffer, { offset: -1, length: 2 })).rejects.toThrow(DeviceError);
  });

  test('says how much was asked for and what is live when there is no more', () => {
    const backend = cpu();
    backend.allocate(100);
    backend.release(backend.allocate(1000));
    backend.allocate(28);
    const error = () => backend.allocate(2 ** 52);
    expect(error).toThrow(DeviceError);
    expect(error).toThrow('4503599627370496 bytes asked for, 128 bytes are live in 2 buffers');
    expect(() => backend.allocate(-1)).toThrow('0 or more');
    expect(() => backend.allocate(1.5)).toThrow('whole number');
  });

  test('is gone after dispose', async () => {
    const backend = cpu();
    const buffer = backend.allocate(1);
    backend.dispose();
    expect(() => backend.allocate(1)).toThrow('disposed');
    expect(() => backend.release(buffer)).not.toThrow();
    await expect(backend.read(buffer)).rejects.toThrow('disposed');
  });
});

describe('a program', () => {
  const read = { dtype: 'float64', access: 'read' } as const;
  const write = { dtype: 'float64', access: 'write' } as const;
  const plusArgument = kernelOf(binary('add', x, argument('float64', 0)), 1, 1, ['float64']);
  const twice = kernelOf(binary('mul', x, constant('float64', 2)), 1);

  test('runs its kernels in order, each with its own bindings and arguments', async () => {
    const program: Program = {
      bindings: [read, write, write],
      arguments: ['float64', 'float64'],
      steps: [
        { kernel: plusArgument, bindings: [0, 1], arguments: [1] },
        { kernel: twice, bindings: [1, 2], arguments: [] },
        { kernel: plusArgument, bindings: [2, 1], arguments: [0] },
      ],
    };
    expect(await runProgram(program, [[1], 1, 1], [100, 10])).toEqual([[1], [122], [22]]);
  });

  test('takes new arguments at each run and rounds them to their dtype', async () => {
    const backend = cpu();
    const kernel: LoopKernel = { ...plusArgument, outer: [1] };
    const prepared = backend.prepare(programOf(kernel)) as Prepared;
    const buffer = backend.allocate(8);
    backend.write(buffer, new Float64Array([1]));
    const range = { buffer, offset: 0, length: 8 };
    for (const given of [1, 2, 3]) backend.run(prepared, { buffers: [range, range], arguments: [given] });
    expect(new Float64Array((await backend.read(buffer)).buffer)[0]).toBe(7);
  });

  test('keeps kernels apart that differ in a constant only', async () => {
    const backend = cpu();
    const results: number[] = [];
    for (const value of [1, 2, 1]) {
      const prepared = backend.prepare(programOf(kernelOf(constant('float64', value), 0))) as Prepared;
      const buffer = backend.allocate(8);
      backend.run(prepared, { buffers: [{ buffer, offset: 0, length: 8 }], arguments: [] });
      results.push(new Float64Array((await backend.read(buffer)).buffer)[0]!);
    }
    expect(results).toEqual([1, 2, 1]);
  });

  test('repeats a body while its bindings move by their strides', async () => {
    // h[t + 1] = h[t] · 2 + x[t]: the state moves on by one element per turn, as the input does.
    const step = kernelOf(binary('add', binary('mul', x, constant('float64', 2)), load('float64', 1, axis(0))), 2);
    const body = [{ kernel: step, bindings: [0, 1, 2], arguments: [] }];
    const program: Program = {
      bindings: [read, read, write],
      arguments: [],
      steps: [{ repeat: 4, strides: [8, 8, 8], body }],
    };
    const backend = cpu();
    const states = backend.allocate(5 * 8);
    backend.write(states, new Float64Array([1]));
    const inputs = backend.allocate(4 * 8);
    backend.write(inputs, new Float64Array([1, 0, 1, 0]));
    backend.run(backend.prepare(program) as Prepared, {
      buffers: [
        { buffer: states, offset: 0, length: 8 },
        { buffer: inputs, offset: 0, length: 8 },
        { buffer: states, offset: 8, length: 8 },
      ],
      arguments: [],
    });
    expect([...new Float64Array((await backend.read(states)).buffer)]).toEqual([1, 3, 6, 13, 26]);
  });

  test('repeats inside a repeat, backwards too', async () => {
    const copy = kernelOf(x, 1);
    const program: Program = {
      bindings: [read, write],
      arguments: [],
      steps: [
        {
          repeat: 2,
          strides: [24, 24],
          body: [{ repeat: 3, strides: [8, -8], body: [{ kernel: copy, bindings: [0, 1], arguments: [] }] }],
        },
      ],
    };
    const backend = cpu();
    const [source, target] = [backend.allocate(48), backend.allocate(48)];
    backend.write(source, new Float64Array([1, 2, 3, 4, 5, 6]));
    const run = (offset: number) =>
      backend.run(backend.prepare(program) as Prepared, {
        buffers: [
          { buffer: source, offset: 0, length: 8 },
          { buffer: target, offset, length: 8 },
        ],
        arguments: [],
      });
    run(16);
    expect([...new Float64Array((await backend.read(target)).buffer)]).toEqual([3, 2, 1, 6, 5, 4]);
    expect(() => run(8)).toThrow('a binding is not a range of its buffer');
  });

  test('refuses a range that begins inside an element', () => {
    const backend = cpu();
    const buffer = backend.allocate(16);
    const prepared = backend.prepare(programOf(kernelOf(constant('float64', 1), 0))) as Prepared;
    const bindings = { buffers: [{ buffer, offset: 4, length: 8 }], arguments: [] };
    expect(() => backend.run(prepared, bindings)).toThrow('a multiple of 8 bytes');
  });

  test('refuses a run with too few bindings or arguments, and a step that does not fit its kernel', () => {
    const backend = cpu();
    const prepared = backend.prepare(programOf(plusArgument)) as Prepared;
    expect(() => backend.run(prepared, { buffers: [], arguments: [1] })).toThrow('wrong number of bindings');
    const wrong = (over: Partial<Program>): Program => ({ ...programOf(twice), ...over });
    expect(() => backend.prepare(wrong({ bindings: [{ dtype: 'float32', access: 'read' }, write] }))).toThrow(
      'not what it takes',
    );
    expect(() => backend.prepare(wrong({ bindings: [read, read] }))).toThrow('not what it takes');
    expect(() => backend.prepare(wrong({ steps: [{ kernel: twice, bindings: [0], arguments: [] }] }))).toThrow(
      'not what it takes',
    );
    expect(() =>
      backend.prepare({
        ...programOf(plusArgument),
        steps: [{ kernel: plusArgument, bindings: [0, 1], arguments: [1] }],
      }),
    ).toThrow('arguments [1]');
  });

  test('of no steps does nothing', async () => {
    const program: Program = { bindings: [read], arguments: [], steps: [] };
    expect(await runProgram(program, [[5]])).toEqual([[5]]);
  });
});
