import {
  axis,
  binary,
  constant,
  type Expression,
  integer,
  type LoopKernel,
  load,
  programOf,
  reduced,
  type Scalar,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { expectSame, numbers, runKernel } from './device.ts';
import { f32, loop, read, written } from './kernels.ts';
import { reference } from './reference.ts';

/** An index over the first axes with the given coefficients. */
const at = (coefficients: number[], offset = 0): Expression =>
  weightedSum(
    coefficients.map((_, i) => axis(i)),
    coefficients,
    offset,
  );

const sizes = [1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 32, 63, 64, 65, 100];

describe('an elementwise kernel', () => {
  test.each(sizes)('computes each of %i elements', async (n) => {
    const x = load(f32, 0, axis(0));
    const kernel = loop({
      outer: [n],
      stores: [{ binding: 1, index: axis(0), value: binary('add', binary('mul', x, x), constant(f32, 3)) }],
    });
    await expectSame(kernel, [numbers(n), numbers(n, 2)]);
    await expectSame(kernel, [numbers(n), numbers(n, 2)], { offset: 4 });
  });

  test('writes nothing outside its range', async () => {
    const kernel = loop({
      outer: [5],
      stores: [{ binding: 1, index: axis(0), value: constant(f32, 9) }],
    });
    const [, out] = await runKernel(kernel, [[0], [1, 1, 1, 1, 1, 1, 1, 1]]);
    expect(out).toEqual([9, 9, 9, 9, 9, 1, 1, 1]);
  });

  test.each([
    ['transposed', [1, 7], 0],
    ['backwards', [-11, -1], 76],
    ['backwards from far behind', [-11, -1], 999],
    ['every second', [22, 2], 1],
    ['a repeated row', [0, 1], 0],
    ['a repeated column', [1, 0], 0],
  ] as const)('reads a source that is %s', async (_name, coefficients, offset) => {
    for (const [rows, columns] of [
      [7, 11],
      [1, 11],
      [7, 1],
    ] as const) {
      const kernel = loop({
        outer: [rows, columns],
        stores: [{ binding: 1, index: at([columns, 1]), value: load(f32, 0, at([...coefficients], offset)) }],
      });
      await expectSame(kernel, [numbers(1000), numbers(rows * columns, 2)]);
    }
  });

  test.each([
    [16, 40],
    [33, 67],
    [100, 8],
  ] as const)('transposes %i x %i by tiles', async (rows, columns) => {
    const kernel = loop({
      outer: [rows, columns],
      stores: [{ binding: 1, index: at([columns, 1]), value: load(f32, 0, at([1, rows])) }],
    });
    await expectSame(kernel, [numbers(rows * columns), numbers(rows * columns, 2)]);
  });

  test('stores transposed', async () => {
    const kernel = loop({
      outer: [6, 9],
      stores: [{ binding: 1, index: at([1, 6]), value: load(f32, 0, at([9, 1])) }],
    });
    await expectSame(kernel, [numbers(54), numbers(54, 2)]);
  });

  test('takes quotients and rests of its axes as indices', async () => {
    const index = binary(
      'add',
      binary('mul', binary('rem', axis(0), integer(6)), integer(5)),
      binary('div', axis(0), integer(6)),
    );
    const kernel = loop({
      outer: [30],
      stores: [{ binding: 1, index: axis(0), value: load(f32, 0, index) }],
    });
    await expectSame(kernel, [numbers(30), numbers(30, 2)]);
  });

  test('may overwrite what it reads', async () => {
    const x = load(f32, 0, axis(0));
    const y = load(f32, 1, axis(0));
    const kernel = loop({
      bindings: [written, written],
      outer: [37],
      stores: [
        { binding: 0, index: axis(0), value: binary('sub', x, y) },
        { binding: 1, index: axis(0), value: binary('add', x, y) },
      ],
    });
    await expectSame(kernel, [numbers(37), numbers(37, 2)]);
  });

  test('may exchange two arrays', async () => {
    const kernel = loop({
      bindings: [written, written],
      outer: [37],
      stores: [
        { binding: 0, index: axis(0), value: load(f32, 1, axis(0)) },
        { binding: 1, index: axis(0), value: load(f32, 0, axis(0)) },
      ],
    });
    await expectSame(kernel, [numbers(37), numbers(37, 2)]);
  });

  test('reads far backwards from the first buffer in memory', async () => {
    const kernel = loop({
      outer: [1000],
      stores: [{ binding: 1, index: axis(0), value: load(f32, 0, at([-1], 999)) }],
    });
    await expectSame(kernel, [numbers(1000), numbers(1000, 2)]);
  });

  test('reads padding of a strided source without touching memory', async () => {
    // The first lanes lie before the start of memory, the last ones inside the buffer.
    const row = binary('sub', axis(0), integer(2));
    const index = binary('mul', row, integer(1000));
    const kernel = loop({
      outer: [5],
      stores: [{ binding: 1, index: axis(0), value: load(f32, 0, index, binary('ge', row, integer(0))) }],
    });
    await expectSame(kernel, [numbers(2001), numbers(5, 2)]);
  });

  test('gathers rows by computed indices', async () => {
    const row = load('int32', 0, axis(0));
    const index = binary('add', binary('mul', row, integer(6)), axis(1));
    const kernel = loop({
      bindings: [{ dtype: 'int32', access: 'read' }, read, written],
      outer: [5, 6],
      stores: [{ binding: 2, index: at([6, 1]), value: load(f32, 1, index) }],
    });
    await expectSame(kernel, [[3, 0, 2, 2, 1], numbers(24), numbers(30, 2)]);
  });

  test('gathers elements by computed indices', async () => {
    const kernel = loop({
      bindings: [{ dtype: 'int32', access: 'read' }, read, written],
      outer: [9],
      stores: [{ binding: 2, index: axis(0), value: load(f32, 1, load('int32', 0, axis(0))) }],
    });
    await expectSame(kernel, [[3, 0, 2, 2, 1, 7, 6, 5, 4], numbers(8), numbers(9, 2)]);
  });

  test('reads padding as zero without touching memory', async () => {
    // Column minus a padding that lies far before the start of memory.
    const column = binary('sub', axis(1), integer(100_000_000));
    const near = binary('sub', axis(1), integer(2));
    const inside = (c: Expression) => binary('and', binary('ge', c, integer(0)), binary('lt', c, integer(7)));
    for (const c of [near, column]) {
      const index = binary('add', binary('mul', axis(0), integer(7)), c);
      const kernel = loop({
        outer: [3, 11],
        stores: [{ binding: 1, index: at([11, 1]), value: load(f32, 0, index, inside(c)) }],
      });
      await expectSame(kernel, [numbers(21), numbers(33, 2)]);
    }
  });
});

describe('a reduction', () => {
  const shapes = [
    [1, 1],
    [3, 5],
    [5, 3],
    [1, 63],
    [63, 1],
    [17, 33],
    [4, 64],
    [64, 4],
    [2, 1000],
  ] as const;
  const layouts = { 'along rows': 'row', 'along columns': 'column' } as const;

  for (const fn of ['sum', 'prod', 'max', 'min'] as const) {
    for (const dtype of [f32, 'int32', 'bool'] as const) {
      for (const [name, layout] of Object.entries(layouts)) {
        test(`${fn} of ${dtype} ${name}`, async () => {
          for (const [outer, inner] of shapes) {
            const index = layout === 'row' ? at([inner, 1]) : at([1, outer]);
            const kernel = loop({
              bindings: [
                { dtype, access: 'read' },
                { dtype, access: 'write' },
              ],
              outer: [outer],
              inner: [inner],
              reductions: [{ fn, value: load(dtype, 0, index) }],
              stores: [{ binding: 1, index: axis(0), value: reduced(dtype, 0) }],
            });
            await expectSame(kernel, [sample(dtype, outer * inner), sample(dtype, outer)], { absolute: 1e-5 });
          }
        });
      }
    }
  }

  test.each(['row', 'column'] as const)('of several axes by %s', async (layout) => {
    const index = layout === 'row' ? at([4, 60, 12, 1]) : at([5, 1, 60, 20]);
    const kernel = loop({
      outer: [3, 5],
      inner: [4, 4],
      reductions: [{ fn: 'sum', value: load(f32, 0, index) }],
      stores: [{ binding: 1, index: at([5, 1]), value: reduced(f32, 0) }],
    });
    await expectSame(kernel, [numbers(600), numbers(15, 2)]);
  });

  test.each(['max', 'min'] as const)('%s keeps a NaN wherever it stands', async (fn) => {
    for (let place = 0; place < 37; place++) {
      const data = numbers(37);
      data[place] = Number.NaN;
      for (const row of [true, false]) {
        const kernel = loop({
          outer: [row ? 1 : 8],
          inner: [37],
          reductions: [{ fn, value: load(f32, 0, row ? at([0, 1]) : at([0, 1])) }],
          stores: [{ binding: 1, index: axis(0), value: reduced(f32, 0) }],
        });
        const [, out] = await runKernel(kernel, [data, numbers(row ? 1 : 8)]);
        expect(out?.every(Number.isNaN)).toBe(true);
      }
    }
  });

  test('of no axes at all but the inner ones gives one number', async () => {
    const kernel = loop({
      inner: [1000],
      reductions: [{ fn: 'sum', value: load(f32, 0, axis(0)) }],
      stores: [{ binding: 1, index: integer(0), value: reduced(f32, 0) }],
    });
    await expectSame(kernel, [numbers(1000), [0]]);
  });

  test.each([
    ['one row', [], [3_000_001], [1]],
    ['rows inside', [], [3000, 1001], [1001, 1]],
    ['columns', [8], [300_000], [1, 8]],
  ] as const)('of millions of equal numbers stays accurate: %s', async (_name, outer, inner, strides) => {
    const count = [...outer, ...inner].reduce((a, b) => a * b, 1);
    const kernel = loop({
      outer,
      inner,
      reductions: [{ fn: 'sum', value: load(f32, 0, at([...strides])) }],
      stores: [{ binding: 1, index: outer.length > 0 ? axis(0) : integer(0), value: reduced(f32, 0) }],
    });
    const data = new Float32Array(count).fill(0.1);
    const [, out] = await runKernel(kernel, [data, numbers(8)]);
    const exact = (0.10000000149011612 * count) / (outer[0] ?? 1);
    expect(Math.abs((out?.[0] as number) / exact - 1)).toBeLessThan(1e-6);
  });
});

describe('chained reductions', () => {
  const x = load(f32, 0, at([33, 1]));
  const softmax = (value: Expression, coefficients: [number, number]): LoopKernel => {
    const e = unary('exp', binary('sub', value, reduced(f32, 0)));
    return loop({
      outer: [9],
      inner: [33],
      reductions: [
        { fn: 'max', value },
        { fn: 'sum', value: e },
      ],
      elementStores: [{ binding: 1, index: at(coefficients), value: binary('div', e, reduced(f32, 1)) }],
    });
  };

  test('make a softmax over rows', async () => {
    await expectSame(softmax(x, [33, 1]), [numbers(297), numbers(297, 2)]);
  });

  test('make a softmax over columns', async () => {
    await expectSame(softmax(load(f32, 0, at([1, 9])), [1, 9]), [numbers(297), numbers(297, 2)]);
  });

  test('make a softmax in place', async () => {
    for (const coefficients of [
      [33, 1],
      [1, 9],
    ] as [number, number][]) {
      const kernel = softmax(load(f32, 0, at(coefficients)), coefficients);
      const backend = wasm();
      const data = Float32Array.from(numbers(297));
      const expected = [[...data], numbers(297)];
      reference(kernel, expected);
      const binding = { buffer: backend.allocate(data.byteLength), offset: 0, length: data.byteLength };
      backend.write(binding.buffer, data);
      backend.run(await backend.prepare(programOf(kernel)), { buffers: [binding, binding], arguments: [] });
      const out = new Float32Array((await backend.read(binding.buffer)).buffer);
      out.forEach((y, i) => {
        expect(y).toBeCloseTo(expected[1]?.[i] as number, 6);
      });
    }
  });

  test('store once per row and once per element', async () => {
    const mean = binary('div', reduced(f32, 0), constant(f32, 33));
    const centered = binary('sub', x, mean);
    const kernel = loop({
      bindings: [read, written, written],
      outer: [9],
      inner: [33],
      reductions: [
        { fn: 'sum', value: x },
        { fn: 'sum', value: binary('mul', centered, centered) },
        { fn: 'max', value: x },
      ],
      stores: [{ binding: 1, index: axis(0), value: binary('add', reduced(f32, 1), reduced(f32, 2)) }],
      elementStores: [{ binding: 2, index: at([33, 1]), value: binary('mul', centered, reduced(f32, 1)) }],
    });
    await expectSame(kernel, [numbers(297), numbers(9), numbers(297, 2)]);
  });

  test('find the element that a reduction points at', async () => {
    // The last index of the maximum by row and by column, then what lies there.
    for (const [inner, ...coefficients] of [
      [12, 12, 1],
      [3, 1, 12],
    ] as const) {
      const value = load(f32, 0, at([...coefficients]));
      const isLargest = binary('eq', value, reduced(f32, 0));
      const place: Expression = {
        kind: 'select',
        dtype: 'int32',
        condition: isLargest,
        a: axis(1),
        b: integer(-1),
      };
      const index = binary(
        'add',
        binary('mul', axis(0), integer(coefficients[0])),
        binary('mul', reduced('int32', 1), integer(coefficients[1])),
      );
      const kernel = loop({
        bindings: [read, { dtype: 'int32', access: 'write' }, written],
        outer: [12],
        inner: [inner],
        reductions: [
          { fn: 'max', value },
          { fn: 'max', value: place },
        ],
        stores: [
          { binding: 1, index: axis(0), value: reduced('int32', 1) },
          { binding: 2, index: axis(0), value: load(f32, 0, index) },
        ],
      });
      await expectSame(kernel, [numbers(144), numbers(12), numbers(12)]);
    }
  });
});

function sample(dtype: Scalar, count: number): number[] {
  const uniform = numbers(count, count + 3);
  if (dtype === 'bool') return uniform.map((x) => (x > 0 ? 1 : 0));
  return dtype === 'int32' ? uniform.map((x) => Math.round(x * 100)) : uniform.map((x) => x * 1.5);
}

test.each(['sum', 'prod', 'max'] as const)('a long %s with an infinity in it is infinite', async (fn) => {
  const data = numbers(5000).map((x, i) => (i === 100 ? Infinity : Math.abs(x) + 1));
  const kernel = loop({
    inner: [5000],
    reductions: [{ fn, value: load(f32, 0, axis(0)) }],
    stores: [{ binding: 1, index: integer(0), value: reduced(f32, 0) }],
  });
  await expectSame(kernel, [data, [0]]);
});
