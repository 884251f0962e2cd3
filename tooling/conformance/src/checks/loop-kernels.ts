import {
  axis,
  type BinaryFunction,
  binary,
  cast,
  constant,
  type Expression,
  integer,
  type LoopKernel,
  load,
  reduced,
  type Scalar,
  select,
  unary,
  weightedSum,
} from '@evenkeel/backend';
import { loop, type ProgramCase, reads, rows, wave, writes } from './program-case.ts';

export function loopPrograms(): ProgramCase[] {
  return [
    // The second of each is long enough to be cut in parts.
    ...([67, 5003] as const).map(softmax),
    ...([9, 3001] as const).map(normalization),
    ...([3, 64, 67] as const).map(twoOutputs),
    unsignedArithmetic(),
    signedShifts(),
    guardedLoads(),
    positions(),
    reductionsOfWholeNumbers(),
    untakenBranch(),
    repeatProgram(),
  ];
}

/** Sums over columns that a loop over rows makes on its way, for backends that can. */
export function columnSumPrograms(): ProgramCase[] {
  return (
    [
      [5, 9],
      [70, 33],
      [1500, 64],
    ] as const
  ).map(([count, length]) => {
    const place = weightedSum([axis(0), axis(1)], [length, 1]);
    const x = load('float32', 0, place);
    const relative = binary('div', x, reduced('float32', 0));
    // All of one sign, so that rounding is small beside the sums.
    const values = wave(count * length).map((value) => Math.fround(value + 3));
    const columns = (matrix: readonly number[]): number[] =>
      Array.from({ length }, (_, c) => matrix.reduce((sum, value, i) => (i % length === c ? sum + value : sum), 0));
    const relatives = rows(values, length).flatMap((row) => row.map((value) => value / Math.max(...row)));
    return {
      name: `sums of ${length} columns on the way over ${count} rows`,
      program: loop({
        bindings: [...reads('float32'), ...writes('float32', 'float32')],
        outer: [count],
        inner: [length],
        reductions: [{ fn: 'max', value: x }],
        elementStores: [{ binding: 1, index: place, value: relative }],
        sums: [
          { binding: 2, index: axis(1), value: relative },
          { binding: 2, index: binary('add', axis(1), integer(length)), value: x },
        ],
      }),
      given: [values, values.length, 2 * length],
      expected: [values, relatives, [...columns(relatives), ...columns(values)]],
    };
  });
}

/** Two reductions, the second of which uses the first, and a store per element. */
function softmax(length: number): ProgramCase {
  const place = weightedSum([axis(0), axis(1)], [length, 1]);
  const x = load('float32', 0, place);
  const shifted = unary('exp', binary('sub', x, reduced('float32', 0)));
  const values = wave(5 * length);
  return {
    name: `softmax over rows of ${length}`,
    program: loop({
      bindings: [...reads('float32'), ...writes('float32')],
      outer: [5],
      inner: [length],
      reductions: [
        { fn: 'max', value: x },
        { fn: 'sum', value: shifted },
      ],
      elementStores: [
        {
          binding: 1,
          index: place,
          value: binary('div', shifted, reduced('float32', 1)),
        },
      ],
    }),
    given: [values, values.length],
    expected: [
      values,
      rows(values, length).flatMap((row) => {
        const largest = Math.max(...row);
        const powers = row.map((value) => Math.exp(value - largest));
        const total = powers.reduce((a, b) => a + b);
        return powers.map((power) => power / total);
      }),
    ],
  };
}

/** Stores per row and per element, down the columns of the input. */
function normalization(length: number): ProgramCase {
  const count = 65;
  const x = load('float32', 0, weightedSum([axis(0), axis(1)], [1, count]));
  const per = (e: Expression) => binary('mul', e, constant('float32', Math.fround(1 / length)));
  const centered = binary('sub', x, per(reduced('float32', 0)));
  const values = wave(length * count);
  const columns = Array.from({ length: count }, (_, c) => values.filter((_value, i) => i % count === c));
  const means = columns.map((column) => column.reduce((a, b) => a + b) / length);
  return {
    name: `mean, sum of squares and centered values of columns of ${length}`,
    program: loop({
      bindings: [...reads('float32'), ...writes('float32', 'float32', 'float32')],
      outer: [count],
      inner: [length],
      reductions: [
        { fn: 'sum', value: x },
        { fn: 'sum', value: binary('mul', centered, centered) },
      ],
      stores: [
        { binding: 1, index: axis(0), value: per(reduced('float32', 0)) },
        { binding: 2, index: axis(0), value: reduced('float32', 1) },
      ],
      elementStores: [{ binding: 3, index: weightedSum([axis(0), axis(1)], [1, count]), value: centered }],
    }),
    given: [values, count, count, values.length],
    expected: [
      values,
      means,
      columns.map((column, c) => column.reduce((sum, value) => sum + (value - (means[c] as number)) ** 2, 0)),
      values.map((value, i) => value - (means[i % count] as number)),
    ],
  };
}

function twoOutputs(count: number): ProgramCase {
  const x = load('float32', 0, axis(0));
  const values = wave(count);
  return {
    name: `two outputs of ${count} elements, one of them backwards`,
    program: loop({
      bindings: [...reads('float32'), ...writes('float32', 'bool')],
      outer: [count],
      stores: [
        { binding: 1, index: weightedSum([axis(0)], [-1], count - 1), value: binary('mul', x, x) },
        { binding: 2, index: axis(0), value: binary('gt', x, constant('float32', 0)) },
      ],
    }),
    given: [values, count, count],
    expected: [values, values.map((value) => value * value).reverse(), values.map((value) => Number(value > 0))],
  };
}

function unsignedArithmetic(): ProgramCase {
  const [a, b] = [load('uint32', 0, axis(0)), load('uint32', 1, axis(0))];
  const left = [0, 1, 0xffffffff, 0x80000000, 0x12345678, 0xdeadbeef, 3];
  const right = [7, 0xffffffff, 0xffffffff, 2, 0x9abcdef0, 0x0000ffff, 5];
  const outputs: [BinaryFunction, (x: bigint, y: bigint) => bigint][] = [
    ['add', (x, y) => (x + y) & 0xffffffffn],
    ['sub', (x, y) => (x - y) & 0xffffffffn],
    ['mul', (x, y) => (x * y) & 0xffffffffn],
    ['and', (x, y) => x & y],
    ['or', (x, y) => x | y],
    ['xor', (x, y) => x ^ y],
  ];
  const shift = binary('and', b, constant('uint32', 31));
  const pairs = left.map((x, i) => [x, right[i] as number] as const);
  return {
    name: 'unsigned integers wrap, shift in zeros and compare without sign',
    program: loop({
      bindings: [
        ...reads('uint32', 'uint32'),
        ...writes(...outputs.map((): Scalar => 'uint32'), 'uint32', 'uint32', 'bool', 'float32'),
      ],
      outer: [left.length],
      stores: [
        ...outputs.map(([fn]) => binary(fn, a, b)),
        binary('shiftLeft', a, shift),
        binary('shiftRight', a, shift),
        binary('lt', a, b),
        cast('float32', a),
      ].map((value, i) => ({ binding: 2 + i, index: axis(0), value })),
    }),
    given: [left, right, ...new Array<number>(outputs.length + 4).fill(left.length)],
    expected: [
      left,
      right,
      ...outputs.map(([, compute]) => pairs.map(([x, y]) => Number(compute(BigInt(x), BigInt(y))))),
      pairs.map(([x, y]) => (x << (y & 31)) >>> 0),
      pairs.map(([x, y]) => x >>> (y & 31)),
      pairs.map(([x, y]) => Number(x < y)),
      left.map(Math.fround),
    ],
  };
}

function signedShifts(): ProgramCase {
  const x = load('int32', 0, axis(0));
  const values = [0, 1, -1, -8, 2 ** 31 - 1, -(2 ** 31), 12345];
  return {
    name: 'signed integers keep their sign when shifted right',
    program: loop({
      bindings: [...reads('int32'), ...writes('int32', 'int32')],
      outer: [values.length],
      stores: [
        { binding: 1, index: axis(0), value: binary('shiftRight', x, integer(3)) },
        { binding: 2, index: axis(0), value: binary('shiftLeft', x, integer(5)) },
      ],
    }),
    given: [values, values.length, values.length],
    expected: [values, values.map((value) => value >> 3), values.map((value) => value << 5)],
  };
}

/** Where the guard is false the index is far outside the memory, on both sides. */
function guardedLoads(): ProgramCase {
  const moved = binary('mul', binary('sub', axis(0), integer(20)), integer(1_000_000));
  const inside = binary('eq', axis(0), integer(20));
  const near = binary('sub', axis(0), integer(2));
  const nearInside = binary('and', binary('ge', near, integer(0)), binary('lt', near, integer(5)));
  return {
    name: 'a load whose guard is false reads nothing and gives 0',
    program: loop({
      bindings: [...reads('float32', 'float32'), ...writes('float32', 'float32')],
      outer: [41],
      stores: [
        { binding: 2, index: axis(0), value: load('float32', 0, moved, inside) },
        { binding: 3, index: axis(0), value: load('float32', 1, near, nearInside) },
      ],
    }),
    given: [[7], [1, 2, 3, 4, 5], 41, 41],
    expected: [
      undefined,
      undefined,
      Array.from({ length: 41 }, (_, i) => (i === 20 ? 7 : 0)),
      Array.from({ length: 41 }, (_, i) => (i >= 2 && i < 7 ? i - 1 : 0)),
    ],
  };
}

function positions(): ProgramCase {
  const [row, column] = [axis(0), axis(1)];
  const value = binary('add', binary('mul', cast('float32', row), constant('float32', 100)), cast('float32', column));
  const folded = binary('rem', binary('div', weightedSum([row, column], [9, 1]), integer(4)), integer(5));
  const all = Array.from({ length: 63 }, (_, i) => i);
  return {
    name: 'positions are values, and index by quotient and remainder',
    program: loop({
      bindings: [...reads('int32'), ...writes('float32', 'int32')],
      outer: [7, 9],
      stores: [
        { binding: 1, index: weightedSum([row, column], [9, 1]), value },
        { binding: 2, index: weightedSum([row, column], [9, 1]), value: load('int32', 0, folded) },
      ],
    }),
    given: [[10, 11, 12, 13, 14], 63, 63],
    expected: [
      undefined,
      all.map((i) => Math.floor(i / 9) * 100 + (i % 9)),
      all.map((i) => 10 + (Math.floor(i / 4) % 5)),
    ],
  };
}

function reductionsOfWholeNumbers(): ProgramCase {
  const x = load('int32', 0, weightedSum([axis(0), axis(1)], [19, 1]));
  const isLarge = binary('gt', x, integer(7));
  const values = Array.from({ length: 57 }, (_, i) => ((i * 37) % 19) - 9);
  const lines = rows(values, 19);
  return {
    name: 'reductions of integers and of bools',
    program: loop({
      bindings: [...reads('int32'), ...writes('int32', 'int32', 'bool', 'bool')],
      outer: [3],
      inner: [19],
      reductions: [
        { fn: 'sum', value: x },
        { fn: 'min', value: x },
        { fn: 'max', value: isLarge },
        { fn: 'min', value: isLarge },
      ],
      stores: (['int32', 'int32', 'bool', 'bool'] as const).map((dtype, i) => ({
        binding: 1 + i,
        index: axis(0),
        value: reduced(dtype, i),
      })),
    }),
    given: [values, 3, 3, 3, 3],
    expected: [
      values,
      lines.map((line) => line.reduce((a, b) => a + b)),
      lines.map((line) => Math.min(...line)),
      lines.map((line) => Number(line.some((value) => value > 7))),
      lines.map((line) => Number(line.every((value) => value > 7))),
    ],
  };
}

function untakenBranch(): ProgramCase {
  const x = load('float32', 0, axis(0));
  const values = [-4, -1, 0, 1, 4, 9, 16];
  return {
    name: 'what a select does not choose leaves no trace',
    program: loop({
      bindings: [...reads('float32'), ...writes('float32')],
      outer: [values.length],
      stores: [
        {
          binding: 1,
          index: axis(0),
          value: select(binary('lt', x, constant('float32', 0)), constant('float32', 0), unary('sqrt', x)),
        },
      ],
    }),
    given: [values, values.length],
    expected: [values, values.map((value) => (value < 0 ? 0 : Math.sqrt(value)))],
  };
}

/** h ← tanh(h · w + x_t), eleven times: the input moves on by a row at each turn, the state stays. */
function repeatProgram(): ProgramCase {
  const [turns, width] = [11, 5];
  const [h, x, w] = [load('float32', 0, axis(0)), load('float32', 1, axis(0)), load('float32', 2, axis(0))];
  const step = loop({
    bindings: [...reads('float32', 'float32', 'float32'), ...writes('float32')],
    outer: [width],
    stores: [{ binding: 3, index: axis(0), value: unary('tanh', binary('add', binary('mul', h, w), x)) }],
  });
  const back = loop({
    bindings: [...reads('float32'), ...writes('float32')],
    outer: [width],
    stores: [{ binding: 1, index: axis(0), value: load('float32', 0, axis(0)) }],
  });
  const [{ kernel: advance }, { kernel: copy }] = [step.steps[0], back.steps[0]] as { kernel: LoopKernel }[] as [
    { kernel: LoopKernel },
    { kernel: LoopKernel },
  ];
  const [xs, ws] = [wave(turns * width), wave(width, 3)];
  let state = new Array<number>(width).fill(0);
  for (const row of rows(xs, width)) {
    state = state.map((value, i) => Math.tanh(value * (ws[i] as number) + (row[i] as number)));
  }
  return {
    name: 'a repeated body whose bindings move',
    program: {
      // 0: state, 1: inputs, 2: weights, 3: next state.
      bindings: [...writes('float32'), ...reads('float32', 'float32'), ...writes('float32')],
      arguments: [],
      steps: [
        {
          repeat: turns,
          strides: [0, 4 * width, 0, 0],
          body: [
            { kernel: advance, bindings: [0, 1, 2, 3], arguments: [] },
            { kernel: copy, bindings: [3, 0], arguments: [] },
          ],
        },
      ],
    },
    // Of the inputs one row is bound, which moves.
    given: [new Array<number>(width).fill(0), { values: xs, bound: width }, ws, width],
    expected: [state, xs, ws, state],
  };
}
