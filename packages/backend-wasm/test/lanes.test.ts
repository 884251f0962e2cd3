import { axis, binary, cast, constant, type Expression, integer, load, select, weightedSum } from '@evenkeel/backend';
import { describe, expect, test } from 'vitest';
import { lanesAlong } from '../src/renderer/lanes.ts';
import { expectSame, numbers } from './device.ts';
import { f32, loop, read, written } from './kernels.ts';

const by = (fn: 'div' | 'rem', e: Expression, divisor: number): Expression => binary(fn, e, integer(divisor));

describe('the lanes of an index', () => {
  const column = axis(1);
  const doubled = weightedSum([axis(0), column], [6, 2]);

  test.each<[string, Expression, number, number[] | undefined]>([
    ['of an axis follow each other', column, 1, [4, 5, 6, 7]],
    ['of another axis are the same', axis(0), 1, [0, 0, 0, 0]],
    ['of a half come in pairs', by('div', column, 2), 0, [0, 0, 1, 1]],
    ['of a half in the second vector go on', by('div', column, 2), 1, [2, 2, 3, 3]],
    ['of a quarter are the same', by('div', column, 4), 0, [0, 0, 0, 0]],
    ['of a remainder come again', by('rem', column, 2), 1, [0, 1, 0, 1]],
    ['of a half of even numbers follow each other', by('div', doubled, 2), 0, [0, 1, 2, 3]],
    ['of a third have no pattern', by('div', column, 3), 0, undefined],
    ['of a half of what may be odd have no pattern', by('div', binary('add', column, axis(0)), 2), 0, undefined],
    ['of a half of what may be negative have none', by('div', weightedSum([column], [1], -4), 2), 0, undefined],
    ['that run backwards have none', by('div', weightedSum([column], [-1], 8), 2), 0, undefined],
    ['of a quotient by a multiple of the turn are the same', by('div', column, 24), 1, [0, 0, 0, 0]],
    ['of a remainder by a multiple of the turn follow each other', by('rem', column, 24), 1, [4, 5, 6, 7]],
    ['of a remainder that a turn may pass have none', by('rem', column, 12), 1, undefined],
  ])('%s', (_, e, copy, lanes) => {
    expect(lanesAlong(e, { axis: 1, copy, copies: 2 })).toEqual(lanes);
  });
});

test('the lanes of what a guard keeps from being negative have a pattern', () => {
  const behind = weightedSum([axis(1)], [1], -8);
  const place = { axis: 1, copy: 0, copies: 2 };
  expect(lanesAlong(by('div', behind, 8), place)).toBeUndefined();
  expect(lanesAlong(by('div', behind, 8), place, [behind])).toEqual([0, 0, 0, 0]);
});

const sizes = [4, 6, 7, 8, 12, 14, 28, 31, 64, 98];

describe.each(sizes)('%i columns', (columns) => {
  test.each([2, 4, 8, 3])('read by their quotient with %i, where the remainder is asked for', async (divisor) => {
    const rows = 5;
    const halves = Math.ceil(columns / divisor);
    const place = weightedSum([axis(0), by('div', axis(1), divisor)], [halves, 1]);
    const chosen = binary('eq', cast('int32', load(f32, 0, place)), by('rem', axis(1), divisor));
    const value = select(chosen, binary('add', load(f32, 0, place), cast(f32, axis(1))), constant(f32, -1));
    const at = weightedSum([axis(0), axis(1)], [columns, 1]);
    const inputs = [
      Array.from({ length: rows * halves }, (_, i) => i % divisor),
      new Float32Array(rows * columns),
      new Float32Array(rows),
    ];
    const stored = loop({ outer: [rows, columns], stores: [{ binding: 1, index: at, value }] });
    await expectSame(stored, inputs.slice(0, 2));
    await expectSame(stored, inputs.slice(0, 2), { offset: 4 });
    const summed = loop({
      bindings: [read, written, written],
      outer: [rows],
      inner: [columns],
      reductions: [{ fn: 'sum', value }],
      stores: [{ binding: 2, index: axis(0), value: { kind: 'reduced', dtype: f32, reduction: 0 } }],
      elementStores: [{ binding: 1, index: at, value }],
    });
    await expectSame(summed, inputs);
  });

  test.each([4, 8, 32])('read behind a start by blocks of %i, where a guard allows', async (block) => {
    const behind = weightedSum([axis(0)], [1], -block);
    const index = weightedSum([by('div', behind, block), by('rem', behind, block)], [2 * block, 1]);
    const guard = binary('and', binary('ge', behind, integer(0)), binary('lt', behind, integer(50)));
    const value = load(f32, 0, index, guard);
    const kernel = loop({ outer: [columns], stores: [{ binding: 1, index: axis(0), value }] });
    await expectSame(kernel, [numbers(2 * columns + 2 * block), numbers(columns)]);
  });

  test.each([2, 3, -1, -2])('read %i apart', async (stride) => {
    const start = stride < 0 ? -stride * (columns - 1) : 0;
    const index = weightedSum([axis(0)], [stride], start);
    const kernel = loop({ outer: [columns], stores: [{ binding: 1, index: axis(0), value: load(f32, 0, index) }] });
    await expectSame(kernel, [numbers(Math.abs(stride) * columns), numbers(columns)]);
  });

  test('read two apart where a guard allows', async () => {
    const index = weightedSum([axis(0)], [2], -3);
    const guard = binary('ge', index, integer(0));
    const value = load(f32, 0, index, guard);
    const kernel = loop({ outer: [columns], stores: [{ binding: 1, index: axis(0), value }] });
    await expectSame(kernel, [numbers(2 * columns), numbers(columns)]);
  });
});

test('a value stored by an early pass is read back by those that follow', async () => {
  const [rows, columns] = [3, 37];
  const at = weightedSum([axis(0), axis(1)], [columns, 1]);
  const x = load(f32, 0, at);
  const r = (reduction: number): Expression => ({ kind: 'reduced', dtype: f32, reduction });
  let long: Expression = x;
  for (let i = 0; i < 6; i++) long = binary('add', binary('mul', long, x), constant(f32, i));
  const far = binary('sub', long, r(0));
  const kernel = loop({
    bindings: [read, written, written, written],
    outer: [rows],
    inner: [columns],
    reductions: [
      { fn: 'sum', value: long },
      { fn: 'sum', value: binary('mul', far, far) },
      { fn: 'max', value: binary('mul', long, r(1)) },
    ],
    stores: [{ binding: 2, index: axis(0), value: r(2) }],
    elementStores: [
      { binding: 1, index: at, value: long },
      { binding: 3, index: at, value: binary('mul', far, r(1)) },
    ],
  });
  const inputs = [rows * columns, rows * columns, rows, rows * columns].map((n, i) => numbers(n, i + 1));
  await expectSame(kernel, inputs, { relative: 2e-5 });
});
