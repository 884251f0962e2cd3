/** Rows that end inside a vector: what lies behind them is read with it, and neither counts nor is written. */
import {
  binary,
  constant,
  type Expression,
  integer,
  type Kernel,
  type LoopKernel,
  load,
  programOf,
  reduced,
  select,
  unary,
} from '@evenkeel/backend';
import { afterAll, describe, expect, test } from 'vitest';
import { type WasmBackend, wasm } from '../src/index.ts';
import { isPartial } from '../src/kernels/nest.ts';
import { numbers } from './device.ts';
import { at, contraction, f32, loop, read, written } from './kernels.ts';
import { reference } from './reference.ts';
import { withThreads } from './started.ts';

const lengths = [5, 6, 7, 10, 11, 14, 15, 22, 30, 47];
const rows = 3;
const room = 64;

const backends = [wasm(), wasm({ relaxed: false }), await withThreads(2)];
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

/** What a kernel makes of arrays that have NaN before and behind them in memory, where it must write nothing. */
async function betweenNaN(backend: WasmBackend, kernel: Kernel, inputs: readonly number[][]): Promise<number[][]> {
  const ranges: { start: number; end: number }[] = [];
  let length = room;
  for (const data of inputs) {
    ranges.push({ start: length, end: length + data.length });
    length += data.length + room;
  }
  const memory = new Float32Array(length).fill(NaN);
  for (const [i, { start }] of ranges.entries()) memory.set(inputs[i] as number[], start);
  const buffer = backend.allocate(length * 4);
  backend.write(buffer, memory);
  const buffers = ranges.map(({ start, end }) => ({ buffer, offset: start * 4, length: (end - start) * 4 }));
  backend.run(await backend.prepare(programOf(kernel)), { buffers, arguments: [] });
  const after = new Float32Array((await backend.read(buffer)).buffer);
  backend.release(buffer);
  const results = ranges.map(({ start, end }) => [...after.slice(start, end)]);
  for (const { start, end } of ranges) after.fill(NaN, start, end);
  expect(after.every(Number.isNaN)).toBe(true);
  return results;
}

async function expectRight(kernel: Kernel, inputs: readonly number[][]): Promise<void> {
  const expected = inputs.map((data) => [...data]);
  reference(kernel, expected, []);
  for (const backend of backends) {
    const got = await betweenNaN(backend, kernel, inputs);
    for (const [binding, data] of got.entries()) {
      const wanted = expected[binding] as number[];
      for (const [i, y] of data.entries()) {
        const right = wanted[i] as number;
        if (!(Object.is(y, right) || Math.abs(y - right) < 1e-5 * (1 + Math.abs(right))))
          expect.fail(`${binding}, ${i}: ${y}, not ${right}`);
      }
    }
  }
}

const x = (strides: Record<number, number>, offset = 0, guard?: Expression): Expression =>
  load(f32, 0, at(strides, offset), guard);

describe.each(lengths)('rows of %i', (length) => {
  const all = rows * length;
  const out = (count: number): number[] => numbers(count, 2);

  test('are computed', async () => {
    const value = binary('mul', unary('exp', x({ 0: length, 1: 1 })), x({ 0: length, 1: 1 }));
    const stores = [{ binding: 1, index: at({ 0: length, 1: 1 }), value }];
    await expectRight(loop({ outer: [rows, length], stores }), [numbers(all), out(all)]);
    await expectRight(loop({ outer: [all], stores: [{ binding: 1, index: at({ 0: 1 }), value: x({ 0: 1 }) }] }), [
      numbers(all),
      out(all),
    ]);
  });

  test('are read every second element, and from the element before', async () => {
    const every = loop({
      outer: [rows, length],
      stores: [{ binding: 1, index: at({ 0: length, 1: 1 }), value: x({ 0: 2 * length, 1: 2 }) }],
    });
    await expectRight(every, [numbers(2 * all), out(all)]);
    const before = binary('sub', at({ 1: 1 }), integer(1));
    const shifted = loop({
      outer: [rows, length],
      stores: [
        {
          binding: 1,
          index: at({ 0: length, 1: 1 }),
          value: x({ 0: length, 1: 1 }, -1, binary('ge', before, integer(0))),
        },
      ],
    });
    await expectRight(shifted, [numbers(all), out(all)]);
  });

  test('are stored column by column', async () => {
    const stores = [{ binding: 1, index: at({ 0: 1, 1: rows }), value: unary('exp', x({ 0: length, 1: 1 })) }];
    await expectRight(loop({ outer: [rows, length], stores }), [numbers(all), out(all)]);
  });

  test('are computed in place', async () => {
    const value = binary('add', x({ 0: 1 }), constant(f32, 1));
    const kernel = loop({ outer: [all], stores: [{ binding: 1, index: at({ 0: 1 }), value }] });
    for (const backend of backends) {
      const buffer = backend.allocate((all + room) * 4);
      backend.write(
        buffer,
        Float32Array.from({ length: all + room }, (_, i) => i),
      );
      const range = { buffer, offset: 0, length: all * 4 };
      backend.run(await backend.prepare(programOf(kernel)), { buffers: [range, range], arguments: [] });
      const after = new Float32Array((await backend.read(buffer)).buffer);
      backend.release(buffer);
      expect([...after]).toEqual(Array.from({ length: all + room }, (_, i) => (i < all ? i + 1 : i)));
    }
  });

  test('are folded', async () => {
    const element = x({ 0: length, 1: 1 });
    const folds: LoopKernel = loop({
      bindings: [read, written, written, written, written, written],
      outer: [rows],
      inner: [length],
      reductions: [
        { fn: 'sum', value: element },
        { fn: 'sum', value: binary('mul', element, element) },
        { fn: 'max', value: element },
        { fn: 'min', value: element },
        { fn: 'prod', value: binary('div', element, constant(f32, 0.4)) },
      ],
      stores: [0, 1, 2, 3, 4].map((i) => ({ binding: i + 1, index: at({ 0: 1 }), value: reduced(f32, i) })),
    });
    const given = [numbers(all), ...folds.stores.map(() => out(rows))];
    await expectRight(folds, given);
    // A NaN that is an element does count.
    const [first, ...others] = given as [number[], ...number[][]];
    first[length - 1] = NaN;
    await expectRight(folds, [first, ...others]);
  });

  test('are folded in passes that need each other', async () => {
    const element = x({ 0: length, 1: 1 });
    const weight = unary('exp', binary('sub', element, reduced(f32, 0)));
    const softmax = loop({
      outer: [rows],
      inner: [length],
      reductions: [
        { fn: 'max', value: element },
        { fn: 'sum', value: weight },
      ],
      elementStores: [{ binding: 1, index: at({ 0: length, 1: 1 }), value: binary('div', weight, reduced(f32, 1)) }],
    });
    await expectRight(softmax, [numbers(all), out(all)]);
  });

  test('have a fold of their own in each lane', async () => {
    const element = x({ 0: 4 * length, 1: 2, 2: 2 * length, 3: 1 });
    const pooling = loop({
      outer: [rows, length],
      inner: [2, 2],
      reductions: [{ fn: 'max', value: select(binary('lt', element, constant(f32, 0)), constant(f32, 0), element) }],
      stores: [{ binding: 1, index: at({ 0: length, 1: 1 }), value: reduced(f32, 0) }],
    });
    await expectRight(pooling, [numbers(4 * all), out(all)]);
  });

  test('are an operand that is computed', async () => {
    const features = 9;
    const depth = 6;
    const product = contraction({
      m: [features],
      n: [length],
      k: [depth],
      a: load(f32, 0, at({ 0: depth, 2: 1 })),
      b: unary('exp', load(f32, 1, at({ 1: 1, 2: length }))),
      stores: [{ binding: 2, index: at({ 0: length, 1: 1 }), value: unary('abs', reduced(f32, 0)) }],
    });
    await expectRight(product, [numbers(features * depth), numbers(depth * length, 3), out(features * length)]);
  });
});

describe('a row ends with a vector that is filled in part', () => {
  const isAllowed = (value: Expression, extent: number): boolean =>
    isPartial(
      { axes: [], values: [value], stores: [], allowsPartial: true, body: () => undefined },
      { axis: 0, extent, copies: 1 },
    );

  test('where two or three elements are left', () => {
    expect([4, 5, 6, 7, 8, 9, 10, 11].filter((extent) => isAllowed(x({ 0: 1 }), extent))).toEqual([6, 7, 10, 11]);
  });

  test('not where what it would read may lie anywhere', () => {
    const position = load('int32', 1, at({ 0: 1 }));
    expect(isAllowed(load(f32, 0, position), 6)).toBe(false);
    expect(isAllowed(x({ 0: 1000 }), 6)).toBe(false);
    expect(isAllowed({ kind: 'bounded', dtype: 'int32', a: position, size: 9 }, 6)).toBe(false);
    expect(isAllowed(load(f32, 0, reduced('int32', 0)), 6)).toBe(false);
  });
});
