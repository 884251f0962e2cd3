import {
  axis,
  constant,
  type KernelStep,
  type LoopKernel,
  type Prepared,
  type Program,
  programOf,
} from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { describe, expect, test } from 'vitest';
import { nullBackend } from '../src/index.ts';

const fill: LoopKernel = {
  form: 'loop',
  outer: [4],
  inner: [],
  reductions: [],
  elementStores: [],
  arguments: ['float32'],
  bindings: [{ dtype: 'float32', access: 'write' }],
  stores: [{ binding: 0, index: axis(0), value: constant('float32', 1) }],
};
const step: KernelStep = { kernel: fill, bindings: [0], arguments: [0] };

describe('the null backend', () => {
  test('counts runs and the kernels that they would launch, each turn of a repeat', () => {
    const backend = nullBackend();
    const buffer = backend.allocate(16);
    const bindings = { buffers: [{ buffer, offset: 0, length: 16 }], arguments: [1] };
    const once = backend.prepare(programOf(fill)) as Prepared;
    const program: Program = {
      ...programOf(fill),
      steps: [step, { repeat: 5, strides: [0], body: [step, { repeat: 2, strides: [0], body: [step] }] }],
    };
    const often = backend.prepare(program) as Prepared;
    expect(backend.counters).toMatchObject({ kernels: 0, runs: 0 });
    backend.run(once, bindings);
    expect(backend.counters).toMatchObject({ kernels: 1, runs: 1 });
    backend.run(often, bindings);
    expect(backend.counters).toMatchObject({ kernels: 1 + 1 + 5 * (1 + 2), runs: 2 });
  });

  test('refuses a kernel that binds more than its limit, also within a repetition', () => {
    const bindings = [...fill.bindings, ...fill.bindings];
    const wide: KernelStep = { kernel: { ...fill, bindings }, bindings: [0, 0], arguments: [0] };
    const program: Program = { ...programOf(fill), steps: [{ repeat: 2, strides: [0], body: [wide] }] };
    expect(() => nullBackend({ bindings: 1 }).prepare(program)).toThrow(/2 bindings/);
    expect(() => nullBackend({ bindings: 2 }).prepare(program)).not.toThrow();
  });

  test('counts live and peak bytes and live buffers', () => {
    const backend = nullBackend();
    const first = backend.allocate(100);
    const second = backend.allocate(50);
    backend.release(first);
    backend.allocate(20);
    expect(backend.counters).toMatchObject({ liveBytes: 70, peakBytes: 150, buffers: 2 });
    backend.release(second);
    expect(backend.counters).toMatchObject({ liveBytes: 20, peakBytes: 150, buffers: 1 });
    backend.dispose();
    expect(backend.counters).toMatchObject({ liveBytes: 0, peakBytes: 150, buffers: 0 });
  });

  test('keeps nothing: what was written and run reads as zeros', async () => {
    const backend = nullBackend();
    const buffer = backend.allocate(16);
    backend.write(buffer, new Float32Array([1, 2, 3, 4]));
    const bindings = { buffers: [{ buffer, offset: 0, length: 16 }], arguments: [1] };
    backend.run(backend.prepare(programOf(fill)) as Prepared, bindings);
    expect([...(await backend.read(buffer))]).toEqual(new Array(16).fill(0));
    expect(await backend.read(buffer, { offset: 4, length: 8 })).toHaveLength(8);
  });

  test('has the limits that it is given', () => {
    const { limits } = nullBackend({ bindings: 8, routines: [] });
    const dtypes = ['float32', 'float16', 'int32', 'bool'];
    expect(limits).toMatchObject({ bindings: 8, routines: [], boolBytes: 4, dtypes });
  });

  test('refuses misuse of buffers as a real backend does', async () => {
    const [backend, other] = [nullBackend(), nullBackend()];
    const buffer = backend.allocate(8);
    expect(() => other.release(buffer)).toThrow('another backend');
    expect(() => backend.write(buffer, new Uint8Array(9))).toThrow('9 bytes from byte 0 of a buffer of 8 bytes');
    await expect(backend.read(buffer, { offset: 4, length: 8 })).rejects.toThrow(DeviceError);
    expect(() => backend.allocate(-1)).toThrow('0 or more');
    backend.release(buffer);
    expect(() => backend.release(buffer)).toThrow('this buffer was released');
    expect(() => backend.write(buffer, new Uint8Array(1))).toThrow('this buffer was released');
    await expect(backend.read(buffer)).rejects.toThrow('this buffer was released');
    backend.dispose();
    expect(() => backend.allocate(1)).toThrow('disposed');
  });

  test('refuses a run on what is not there and counts nothing for it', () => {
    const backend = nullBackend();
    const buffer = backend.allocate(16);
    const prepared = backend.prepare(programOf(fill)) as Prepared;
    const range = { buffer, offset: 0, length: 16 };
    const run = (buffers: (typeof range)[], args: number[]) => () =>
      backend.run(prepared, { buffers, arguments: args });
    expect(run([], [1])).toThrow('wrong number of bindings');
    expect(run([range], [])).toThrow('wrong number of arguments');
    expect(run([{ ...range, offset: 4 }], [1])).toThrow('outside the buffer');
    const foreign = nullBackend().prepare(programOf(fill)) as Prepared;
    expect(() => backend.run(foreign, { buffers: [range], arguments: [1] })).toThrow('another backend');
    backend.release(buffer);
    expect(run([range], [1])).toThrow('this buffer was released');
    expect(backend.counters).toMatchObject({ kernels: 0, runs: 0 });
  });
});
