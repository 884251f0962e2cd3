/** Kernels that store float16 and compute in float32: of few numbers, of odd ones, beside other dtypes, and cut in parts. */
import {
  axis,
  binary,
  cast,
  constant,
  type Expression,
  integer,
  load,
  programOf,
  reduced,
  weightedSum,
} from '@evenkeel/backend';
import { loop, type ProgramCase, reads, rows, writes } from './program-case.ts';

export function halfPrograms(): ProgramCase[] {
  return [
    ...([1, 2, 67] as const).map(besideOthers),
    ...([1, 5, 64] as const).map(moved),
    ...([40, 5003] as const).map(sums),
    // By blocks, by tiles, and cut in parts.
    ...(
      [
        [3, 5, 7],
        [70, 66, 33],
        [8, 6, 3000],
      ] as const
    ).map(product),
  ];
}

const half = (e: Expression): Expression => cast('float16', e);
const wide = (binding: number, index: Expression): Expression => cast('float32', load('float16', binding, index));

/** Whole numbers from -4 to 4, whose sums are whole numbers that float16 holds. */
const whole = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => (((i + from) * 7919) % 9) - 4);

/** Neighbors in a word are written by different invocations. */
function besideOthers(count: number): ProgramCase {
  const [x, y] = [wide(0, axis(0)), load('float32', 1, axis(0))];
  const sum = binary('add', x, y);
  const values = whole(count);
  // 2^-12 is more than half of what float16 tells apart below 1, and less than half above 2.
  const others = whole(count, 3).map((value) => value + 2 ** -12);
  const expected = values.map((value, i) => value + (others[i] as number));
  return {
    name: `float16 and float32 give ${count} of float16, float32 and bool`,
    program: loop({
      bindings: [...reads('float16', 'float32'), ...writes('float16', 'float32', 'bool')],
      outer: [count],
      stores: [
        { binding: 2, index: axis(0), value: half(sum) },
        { binding: 3, index: axis(0), value: sum },
        { binding: 4, index: axis(0), value: binary('gt', sum, constant('float32', 0)) },
      ],
    }),
    given: [values, others, count, count, count],
    expected: [undefined, undefined, expected.map(Math.f16round), expected, expected.map((value) => Number(value > 0))],
  };
}

/** What is only moved is not computed with; where there is nothing it is 0. */
function moved(count: number): ProgramCase {
  const from = weightedSum([axis(0)], [-1], count);
  const values = whole(count).map((value) => Math.f16round(value / 3));
  return {
    name: `${count} of float16 turned round, behind a 0`,
    program: loop({
      bindings: [...reads('float16'), ...writes('float16')],
      outer: [count + 1],
      stores: [{ binding: 1, index: axis(0), value: load('float16', 0, from, binary('lt', from, integer(count))) }],
    }),
    given: [values, count + 1],
    expected: [undefined, [0, ...values.toReversed()]],
  };
}

function sums(length: number): ProgramCase {
  const count = 3;
  const x = wide(0, weightedSum([axis(0), axis(1)], [length, 1]));
  const values = whole(count * length);
  return {
    name: `sums of ${length} of float16, in float32`,
    program: loop({
      bindings: [...reads('float16'), ...writes('float16', 'float32')],
      outer: [count],
      inner: [length],
      reductions: [{ fn: 'sum', value: x }],
      stores: [
        { binding: 1, index: axis(0), value: half(reduced('float32', 0)) },
        { binding: 2, index: axis(0), value: binary('mul', reduced('float32', 0), constant('float32', 3)) },
      ],
    }),
    given: [values, count, count],
    expected: [
      undefined,
      rows(values, length).map((row) => Math.f16round(row.reduce((a, b) => a + b))),
      rows(values, length).map((row) => 3 * row.reduce((a, b) => a + b)),
    ],
  };
}

function product([m, n, k]: readonly [number, number, number]): ProgramCase {
  const [a, b, bias] = [whole(m * k), whole(k * n, 5), whole(n, 2)];
  const expected = Array.from({ length: m * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    let sum = bias[column] as number;
    for (let t = 0; t < k; t++) sum += (a[row * k + t] as number) * (b[t * n + column] as number);
    return Math.f16round(sum);
  });
  const value = half(binary('add', reduced('float32', 0), wide(2, axis(1))));
  return {
    name: `a product of float16 [${m}, ${k}] and [${k}, ${n}] and a bias, to float16`,
    program: programOf({
      form: 'contraction',
      bindings: [...reads('float16', 'float16', 'float16'), ...writes('float16')],
      arguments: [],
      batch: [],
      m: [m],
      n: [n],
      k: [k],
      a: wide(0, weightedSum([axis(0), axis(2)], [k, 1])),
      b: wide(1, weightedSum([axis(2), axis(1)], [n, 1])),
      stores: [{ binding: 3, index: weightedSum([axis(0), axis(1)], [n, 1]), value }],
    }),
    given: [a, b, bias, m * n],
    expected: [undefined, undefined, undefined, expected],
  };
}
