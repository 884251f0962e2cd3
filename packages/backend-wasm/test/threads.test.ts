import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  axis,
  binary,
  bounded,
  constant,
  type LoopKernel,
  load,
  type Program,
  programOf,
  unary,
} from '@evenkeel/backend';
import { ConfigError, DeviceError, IndexError } from '@evenkeel/errors';
import { describe, expect, test, vi } from 'vitest';
import { type WasmBackend, wasm } from '../src/index.ts';
import { controlWords } from '../src/runtime/control-words.ts';
import { Heap } from '../src/runtime/heap.ts';
import type { CompiledKernel } from '../src/runtime/module-cache.ts';
import { SharedKernels } from '../src/runtime/shared-kernels.ts';
import { Threads } from '../src/runtime/threads.ts';
import { numbers, runKernel } from './device.ts';
import { f32, loop, read, written } from './kernels.ts';
import { withThreads } from './started.ts';

/** out[i] = fn(in[i]) + term, long enough that threads share it. */
function chain(n: number, term: number): LoopKernel {
  const value = binary('add', unary('sin', load(f32, 0, axis(0))), constant(f32, term));
  return loop({ outer: [n], stores: [{ binding: 1, index: axis(0), value }] });
}

const length = 100_000;
const input = numbers(length);
const zeros = new Float32Array(length);
const expected = (term: number) => input.map((x) => Math.fround(Math.sin(x)) + term);

async function expectChain(backend: WasmBackend, term: number): Promise<void> {
  const [, out] = await runKernel(chain(length, term), [input, zeros], { backend });
  const wanted = expected(term);
  expect(out?.every((x, i) => Math.abs(x - (wanted[i] as number)) < 1e-6)).toBe(true);
}

describe('threads', () => {
  test('are as many as asked for, and join within the second', async () => {
    const backend = await withThreads(3);
    expect([backend.limits.threads, backend.threads]).toEqual([3, 3]);
    backend.dispose();
  });

  test('are one by default, and then memory is not shared', async () => {
    const backend = wasm();
    expect([backend.limits.threads, backend.threads]).toEqual([1, 1]);
    await expectChain(backend, 1);
  });

  test.each([0, -1, 1.5, 17, Number.NaN])('cannot be %d', (threads) => {
    expect(() => wasm({ threads })).toThrow(ConfigError);
  });

  test('that are as many as cores are at least one', () => {
    const backend = wasm({ threads: 'auto' });
    expect(backend.limits.threads).toBeGreaterThanOrEqual(1);
    expect(backend.limits.threads).toBeLessThanOrEqual(8);
    backend.dispose();
  });

  test('are not waited for: a run before they have started is right', async () => {
    const backend = wasm({ threads: 2 });
    await expectChain(backend, 1);
    backend.dispose();
  });

  test('go from program to program, and from backend to backend', async () => {
    const [one, another] = await Promise.all([withThreads(2), withThreads(3)]);
    for (let turn = 0; turn < 20; turn++) {
      await expectChain(one, turn % 7);
      await expectChain(another, turn % 5);
    }
    one.dispose();
    await expectChain(another, 2);
    another.dispose();
  });

  test('see memory that has grown since', async () => {
    const backend = await withThreads(3);
    await expectChain(backend, 1);
    for (let turn = 0; turn < 5; turn++) {
      backend.allocate(30_000_000);
      await expectChain(backend, 2 + turn);
    }
    expect(backend.memoryBytes).toBeGreaterThan(150_000_000);
    backend.dispose();
  });

  // In place: an element that is left out or computed twice is wrong.
  test.each([1, 2, 3])('%d of them compute each element once of what is larger than caches', async (threads) => {
    const backend = threads === 1 ? wasm() : await withThreads(threads);
    for (const count of [2 ** 22, 2 ** 22 + 61, 5_000_011]) {
      const double = loop({
        outer: [count],
        stores: [
          {
            binding: 1,
            index: axis(0),
            value: binary('add', load('float32', 0, axis(0)), load('float32', 0, axis(0))),
          },
        ],
      });
      const buffer = backend.allocate(4 * count);
      backend.write(
        buffer,
        Float32Array.from({ length: count }, (_, i) => i),
      );
      const all = { buffer, offset: 0, length: 4 * count };
      backend.run(await backend.prepare(programOf(double)), { buffers: [all, all], arguments: [] });
      const got = new Float32Array((await backend.read(buffer)).buffer);
      expect(got.findIndex((x, i) => x !== 2 * i)).toBe(-1);
      backend.release(buffer);
    }
    backend.dispose();
  });

  test('run repetitions turn by turn', async () => {
    const backend = await withThreads(3);
    const next = chain(length, 0.25);
    const bytes = length * 4;
    // y[t + 1] = sin(y[t]) + 0.25, four times, then twice more from the start.
    const body = [{ repeat: 2, strides: [bytes, bytes], body: [{ kernel: next, bindings: [0, 1], arguments: [] }] }];
    const program: Program = {
      bindings: [read, written],
      arguments: [],
      steps: [{ repeat: 2, strides: [2 * bytes, 2 * bytes], body }, ...body],
    };
    const buffer = backend.allocate(5 * bytes);
    backend.write(buffer, Float32Array.from(input));
    const prepared = await backend.prepare(program);
    for (let run = 0; run < 3; run++) {
      const [first, second] = [0, bytes].map((offset) => ({ buffer, offset, length: bytes }));
      backend.run(prepared, { buffers: [first, second] as never, arguments: [] });
    }
    const out = new Float32Array((await backend.read(buffer)).buffer);
    let wanted = input;
    for (let t = 1; t <= 4; t++) wanted = wanted.map((x) => Math.fround(Math.fround(Math.sin(x)) + 0.25));
    const last = out.subarray(4 * length);
    expect(last.every((x, i) => Math.abs(x - (wanted[i] as number)) < 1e-5)).toBe(true);
    backend.dispose();
  });

  test('of a backend that was disposed of run nothing more', async () => {
    const backend = await withThreads(2);
    await expectChain(backend, 1);
    backend.dispose();
    backend.dispose();
    await expect(expectChain(backend, 1)).rejects.toThrow(/disposed/);
  });

  test('tell an index out of range, whichever of them meets it', async () => {
    const backend = await withThreads(3);
    const element = bounded(load('int32', 0, axis(0)), 8);
    const kernel: LoopKernel = {
      ...chain(length, 0),
      bindings: [{ dtype: 'int32', access: 'read' }, read, written],
      stores: [{ binding: 2, index: axis(0), value: unary('erf', load(f32, 1, element)) }],
    };
    for (const place of [0, length >> 1, length - 1]) {
      const places = new Array<number>(length).fill(3);
      places[place] = 11;
      const run = runKernel(kernel, [places, numbers(8), zeros], { backend });
      await expect(run).rejects.toThrow(IndexError);
      await expect(run).rejects.toThrow('index 11 is out of range for a dimension of size 8');
    }
    await runKernel(kernel, [new Array<number>(length).fill(7), numbers(8), zeros], { backend });
    backend.dispose();
  });

  test('do not grow memory over 10,000 runs', async () => {
    const backend = await withThreads(2);
    const programs = [0, 1].map((term) => backend.prepare(programOf(chain(length / 10, term))));
    const buffers = [0, 1].map(() => ({ buffer: backend.allocate(length), offset: 0, length: length / 10 }));
    const step = (i: number) => backend.run(programs[i & 1] as never, { buffers, arguments: [] });
    step(0);
    step(1);
    const [live, memory] = [backend.liveBytes, backend.memoryBytes];
    for (let i = 0; i < 10_000; i++) step(i);
    expect([backend.liveBytes, backend.memoryBytes]).toEqual([live, memory]);
    backend.dispose();
  });
});

describe('a thread that fails', () => {
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('is a DeviceError with its message, in this run and all that follow', async () => {
    const heap = new Heap(1 << 20, true);
    const threads = new Threads(heap, 2);
    await until(() => threads.ready === 1);
    expect(() => threads.check()).not.toThrow();
    // A script whose one kernel, of two parts, is no module.
    const { address } = heap.allocate(1024);
    heap.words.set([7, 0, 2, 0, 64, address + 512, 16], address >> 2);
    heap.words[controlWords.script] = address;
    heap.words[controlWords.program] = 1;
    Atomics.store(heap.words, controlWords.claim, (1 << 12) | 2);
    Atomics.notify(heap.words, controlWords.claim);
    await until(() => Atomics.load(heap.words, controlWords.claim) < 0);
    expect(() => threads.check()).toThrow(DeviceError);
    expect(() => threads.check()).toThrow(/CompileError/);
    threads.stop();
  });
});

describe('threads that cannot be started', () => {
  test('are a DeviceError at the next use', async () => {
    vi.doMock('../src/runtime/threads.ts', () => ({
      Threads: class {
        constructor() {
          throw new Error('workers are not allowed');
        }
      },
    }));
    const backend = wasm({ threads: 2 });
    await vi.waitFor(() => expect(() => backend.allocate(4)).toThrow(/threads could not be started/));
    expect(() => backend.allocate(4)).toThrow(DeviceError);
    vi.doUnmock('../src/runtime/threads.ts');
  });
});

describe('shared kernels', () => {
  test('are bounded, and what left is written again when it is needed', () => {
    const heap = new Heap(1 << 26, true);
    const shared = new SharedKernels(heap);
    const kernels = Array.from({ length: 5000 }, (_, i) => ({ bytes: new Uint8Array(100).fill(i) }) as CompiledKernel);
    for (const kernel of kernels) shared.locate([kernel])(kernel);
    expect(heap.liveBytes).toBeLessThan(3000 * 128);
    for (const kernel of kernels.slice(0, 5)) {
      const address = shared.locate([kernel])(kernel);
      expect(heap.bytes[address]).toBe(kernel.bytes[0]);
    }
  });

  test('of one script stay, however many they are', () => {
    const heap = new Heap(1 << 26, true);
    const shared = new SharedKernels(heap);
    const kernels = Array.from({ length: 3000 }, (_, i) => ({ bytes: new Uint8Array(60).fill(i) }) as CompiledKernel);
    const locate = shared.locate(kernels);
    const addresses = kernels.map(locate);
    const again = shared.locate(kernels);
    expect(kernels.map(again)).toEqual(addresses);
  });
});

describe('a process', () => {
  const run = promisify(execFile);
  const script = (end: string) => `
    import { wasm } from '@evenkeel/backend-wasm';
    const backend = wasm({ threads: 3 });
    while (backend.threads < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    ${end}
    console.log('done');
  `;
  const start = async (end: string) => {
    const options = { cwd: import.meta.dirname, timeout: 30_000 };
    const flags = ['--conditions=@evenkeel/source', '--input-type=module', '--eval', script(end)];
    return (await run(process.execPath, flags, options)).stdout;
  };

  test('ends while threads sleep', async () => {
    expect(await start('')).toBe('done\n');
  });

  test('ends after its backend was disposed of', async () => {
    expect(await start('backend.dispose();')).toBe('done\n');
  });
});
