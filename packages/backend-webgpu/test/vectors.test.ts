import {
  argument,
  axis,
  binary,
  constant,
  type Expression,
  integer,
  type KernelBinding,
  type LoopKernel,
  load,
  programOf,
  reduced,
  select,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { expect, test } from 'vitest';
import type { WebgpuBackend } from '../src/index.ts';
import { compileKernel } from '../src/kernels/compile-kernel.ts';
import { hasNoGpu, onGpu } from './gpu.ts';
import { loop } from './kernels.ts';

const read = { dtype: 'float32', access: 'read' } as const;
const write = { dtype: 'float32', access: 'write' } as const;
const plus = (a: Expression, b: Expression) => binary('add', a, b);

/** Rows of `columns`, read at another index than they are written at. */
function rows(columns: number, from: Expression, to = weightedSum([axis(0), axis(1)], [columns, 1])): LoopKernel {
  const stores = [{ binding: 1, index: to, value: load('float32', 0, from) }];
  return loop({ bindings: [read, write], outer: [3, columns], stores });
}

/** The text of the shader by vectors, if there is one. */
function vectorText(kernel: LoopKernel): string | undefined {
  const { vectors } = compileKernel(kernel, { sharedMemory: true });
  return vectors?.stages[0]?.source(new Array(kernel.bindings.length + 1).fill([0]));
}

test('four neighbors are computed at once, and read at once where they lie side by side', () => {
  const text = vectorText(rows(8, weightedSum([axis(0), axis(1)], [8, 1]))) as string;
  expect(text.slice(text.indexOf('let vector ='))).toMatchInlineSnapshot(`
    "let vector = group * 64u + lane;
      if (vector >= 6u) {
        return;
      }
      let index = vector * 4u;
      let rest0 = index / 8u;
      let axis1 = i32(index - rest0 * 8u);
      let axis0 = i32(rest0);
      let t2 = axis0 * 8i;
      let base0 = parameters[0].x;
      let t3 = axis0 * 8i;
      let loaded1 = memory0[(base0 + u32((t2 + (axis1 + 0i)))) / 4u];
      let t4 = t3 + (axis1 + 0i);
      let t5 = bitcast<f32>(loaded1.x);
      let t6 = t3 + (axis1 + 1i);
      let t7 = bitcast<f32>(loaded1.y);
      let t8 = t3 + (axis1 + 2i);
      let t9 = bitcast<f32>(loaded1.z);
      let t10 = t3 + (axis1 + 3i);
      let t11 = bitcast<f32>(loaded1.w);
      let base1 = parameters[0].y;
      memory0[(base1 + u32(t4)) / 4u] = vec4<u32>(bitcast<u32>(t5), bitcast<u32>(t7), bitcast<u32>(t9), bitcast<u32>(t11));
    }
    "
  `);
  expect(text).toContain('memory0: array<vec4<u32>>');
  // Others are read word by word.
  expect(vectorText(rows(8, weightedSum([axis(0), axis(1)], [1, 3])))).toMatch(/\) \/ 4u\]\[\(.*\) % 4u\]/);
});

test('what is not written by whole vectors is computed element by element', () => {
  const source = axis(0);
  expect(vectorText(rows(8, source))).toBeDefined();
  expect(vectorText(rows(6, source))).toBeUndefined();
  expect(vectorText(rows(8, source, weightedSum([axis(0), axis(1)], [1, 3])))).toBeUndefined();
  expect(vectorText(rows(8, source, weightedSum([axis(0), axis(1)], [9, 1])))).toBeUndefined();
  expect(vectorText(rows(8, source, plus(weightedSum([axis(0), axis(1)], [8, 1]), integer(2))))).toBeUndefined();
  expect(vectorText(rows(8, source, plus(weightedSum([axis(0), axis(1)], [8, 1]), integer(4))))).toBeDefined();
  // A wrong index is told in a word of the memory.
  const bounded = { kind: 'bounded', dtype: 'int32', a: axis(0), size: 3 } as const;
  expect(vectorText(rows(8, bounded))).toBeUndefined();
});

test.skipIf(hasNoGpu)('vectors give what words give, wherever bindings begin', async () => {
  const shaders: string[] = [];
  const backend = await onGpu({}, (device) => {
    const { createShaderModule } = device;
    device.createShaderModule = ({ code }) => {
      shaders.push(code);
      return createShaderModule.call(device, { code });
    };
  });
  const [height, width] = [5, 12];
  const flat = weightedSum([axis(0), axis(1)], [width, 1]);
  const x = load('float32', 0, flat);
  const values: Record<string, Expression> = {
    side: plus(x, argument('float32', 0)),
    'column by column': plus(x, load('float32', 1, weightedSum([axis(0), axis(1)], [1, height]))),
    'one for a row': plus(x, load('float32', 1, axis(0))),
    'one for a column': plus(x, load('float32', 1, axis(1))),
    'one for all': plus(x, load('float32', 1, integer(3))),
    backwards: load('float32', 0, plus(integer(height * width - 1), weightedSum([flat], [-1]))),
    'shifted by one': {
      ...load('float32', 0, plus(flat, integer(-1))),
      guard: binary('ge', flat, integer(1)),
    } as Expression,
    chosen: select(binary('lt', x, load('float32', 1, flat)), x, unary('exp', unary('neg', x))),
  };
  for (const [name, value] of Object.entries(values)) {
    const kernel = loop({
      bindings: [read, read, write, { dtype: 'bool', access: 'write' }] satisfies KernelBinding[],
      arguments: ['float32'],
      outer: [height, width],
      stores: [
        { binding: 2, index: flat, value },
        { binding: 3, index: flat, value: binary('lt', value, constant('float32', 0)) },
      ],
    });
    const [aligned, apart] = [await results(backend, kernel, 0), await results(backend, kernel, 4)];
    expect(apart, name).toEqual(aligned);
    const [byVectors, byWords] = shaders.slice(-2);
    expect(byVectors).toContain('array<vec4<u32>>;');
    expect(byWords).not.toContain('array<vec4<u32>>;');
    expect(new Set(aligned[0]).size, name).toBeGreaterThan(5);
  }
  backend.dispose();
});

/** What is computed from some numbers, with all bindings so many bytes behind where buffers begin. */
async function results(backend: WebgpuBackend, kernel: LoopKernel, offset: number): Promise<number[][]> {
  const bytes = 4 * 60;
  const buffers = kernel.bindings.map((_, b) => {
    const buffer = backend.allocate(bytes + offset);
    backend.write(
      buffer,
      Float32Array.from({ length: 60 }, (_, i) => (b < 2 ? Math.sin(i + 100 * b) : 99)),
      offset,
    );
    return { buffer, offset, length: bytes };
  });
  backend.run(await backend.prepare(programOf(kernel)), { buffers, arguments: [0.5] });
  const read = buffers.slice(2).map(async ({ buffer }) => backend.read(buffer, { offset, length: bytes }));
  return (await Promise.all(read)).map((words) => [...new Int32Array(words.buffer)]);
}

test.skipIf(hasNoGpu).each([false, true])(
  'rows by vectors have the sums that rows by words have; through shared memory: %s',
  async (sharedMemory) => {
    const backend = await onGpu({ sharedMemory });
    // One vector, and so many that they are summed in blocks.
    for (const width of [4, 12, 60, 1040]) {
      const height = 3;
      const flat = weightedSum([axis(0), axis(1)], [width, 1]);
      const [x, y] = [load('float32', 0, flat), load('float32', 1, axis(1))];
      const below = binary('sub', x, reduced('float32', 0));
      const kernel = loop({
        bindings: [read, read, write, write],
        arguments: ['float32'],
        outer: [height],
        inner: [width],
        reductions: [
          { fn: 'max', value: x },
          { fn: 'sum', value: binary('mul', below, y) },
        ],
        elementStores: [
          { binding: 2, index: flat, value: below },
          { binding: 3, index: flat, value: plus(reduced('float32', 1), argument('float32', 0)) },
        ],
      });
      expect(vectorText(kernel)).toMatch(/loaded\d+\.w/);
      const numbers = [height * width, width].map((length) =>
        Float32Array.from({ length }, (_, i) => ((i * 7919) % 61) - 30),
      );
      const expected = [0, 1, 2].map((row) => {
        const own = [...(numbers[0] as Float32Array).subarray(row * width, (row + 1) * width)];
        const most = Math.max(...own);
        const sum = own.reduce((total, value, i) => total + (value - most) * (numbers[1]?.[i] as number), 0.5);
        return own.map((value) => [value - most, sum]);
      });
      for (const offset of [0, 4]) {
        const buffers = [height * width, width, height * width, height * width].map((words, b) => {
          const buffer = backend.allocate(4 * words + offset);
          if (b < 2) backend.write(buffer, numbers[b] as Float32Array, offset);
          return { buffer, offset, length: 4 * words };
        });
        backend.run(await backend.prepare(programOf(kernel)), { buffers, arguments: [0.5] });
        const got = buffers.slice(2).map(async ({ buffer, ...range }) => {
          return new Float32Array((await backend.read(buffer, range)).buffer);
        });
        const [differences, sums] = await Promise.all(got);
        // Whole numbers, so that their sums are exact in whatever order.
        expect([...(differences as Float32Array)]).toEqual(expected.flat().map(([difference]) => difference));
        expect([...(sums as Float32Array)]).toEqual(expected.flat().map(([, sum]) => sum));
      }
    }
    backend.dispose();
  },
);

test('a row that stores a word is summed by words', () => {
  const sum = loop({
    bindings: [read, write],
    outer: [5],
    inner: [8],
    reductions: [{ fn: 'sum', value: load('float32', 0, weightedSum([axis(0), axis(1)], [8, 1])) }],
    stores: [{ binding: 1, index: axis(0), value: reduced('float32', 0) }],
  });
  expect(vectorText(sum)).toBeUndefined();
});

test.skipIf(hasNoGpu)('numbers are changed in place by vectors', async () => {
  const backend = await onGpu();
  const kernel = loop({
    bindings: [read, write],
    outer: [64],
    stores: [{ binding: 1, index: axis(0), value: plus(load('float32', 0, axis(0)), constant('float32', 1)) }],
  });
  const buffer = backend.allocate(256);
  backend.write(
    buffer,
    Float32Array.from({ length: 64 }, (_, i) => i),
  );
  const whole = { buffer, offset: 0, length: 256 };
  backend.run(await backend.prepare(programOf(kernel)), { buffers: [whole, whole], arguments: [] });
  const got = new Float32Array((await backend.read(buffer)).buffer);
  expect([...got]).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  backend.dispose();
});
