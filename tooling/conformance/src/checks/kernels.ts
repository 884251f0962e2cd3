/** Kernels beyond those of one operation: what fusion makes and the contract promises. Expected values are closed forms. */
import { argument, axis, binary, bounded, cast, type Limits, load } from '@evenkeel/backend';
import { IndexError } from '@evenkeel/errors';
import { runProgram } from '../host/run-program.ts';
import { type Check, expectThat } from './check.ts';
import { contractionPrograms } from './contraction-kernels.ts';
import { farFrom } from './differentiation.ts';
import { halfPrograms } from './half-kernels.ts';
import { columnSumPrograms, loopPrograms } from './loop-kernels.ts';
import { loop, type ProgramCase, reads, writes } from './program-case.ts';

export function kernelChecks({ columnSums = false, dtypes }: Limits): Check[] {
  const programs = [
    ...loopPrograms(),
    ...(columnSums ? columnSumPrograms() : []),
    ...contractionPrograms(),
    ...(dtypes.includes('float16') ? halfPrograms() : []),
  ];
  return [...programs.map(programCheck), argumentsCheck(), faultCheck()];
}

function programCheck(one: ProgramCase): Check {
  return {
    group: 'kernels',
    name: one.name,
    async run({ subject }) {
      compare(one, await runProgram(subject, one.program, one.given, one.arguments));
    },
  };
}

function compare({ expected }: ProgramCase, got: readonly number[][]): void {
  for (const [i, right] of expected.entries()) {
    const problem = right && farFrom(got[i] as number[], right, 1e-5, 1e-6);
    expectThat(problem === undefined, () => `binding ${i}: ${problem}`);
  }
}

/** Numbers that change from run to run are no part of a prepared program. */
function argumentsCheck(): Check {
  const program = loop({
    bindings: writes('float32'),
    arguments: ['float32', 'int32'],
    outer: [7],
    stores: [
      {
        binding: 0,
        index: axis(0),
        value: binary('add', argument('float32', 0), cast('float32', binary('mul', axis(0), argument('int32', 1)))),
      },
    ],
  });
  return {
    group: 'kernels',
    name: 'arguments may differ at every run',
    async run({ subject }) {
      const prepared = subject.prepare(program);
      for (const [start, step] of [
        [0.5, 1],
        [-3, 7],
        [1e6, -2],
      ] as const) {
        const [got] = await runProgram(subject, program, [7], [start, step], prepared);
        const expected = Array.from({ length: 7 }, (_, i) => start + i * step);
        expectThat(farFrom(got as number[], expected, 0, 0) === undefined, () => `${got} instead of ${expected}`);
      }
    },
  };
}

/** An index outside is reported and reads within; the next run is not disturbed. */
function faultCheck(): Check {
  const program = loop({
    bindings: [...reads('float32', 'int32'), ...writes('float32')],
    outer: [6],
    stores: [{ binding: 2, index: axis(0), value: load('float32', 0, bounded(load('int32', 1, axis(0)), 3)) }],
  });
  return {
    group: 'kernels',
    name: 'an index outside its bounds is an IndexError and reads nothing else',
    async run({ subject }) {
      for (const wrong of [3, -1, 2 ** 31 - 1, -(2 ** 31)]) {
        const error = await runProgram(subject, program, [[1, 2, 3], [0, 1, 2, wrong, 1, 0], 6]).catch((e) => e);
        expectThat(error instanceof IndexError, () => `the index ${wrong} of 3 gave ${error}`);
      }
      const [, , got] = await runProgram(subject, program, [[1, 2, 3], [2, 1, 0, 0, 1, 2], 6]);
      expectThat(String(got) === '3,2,1,1,2,3', () => `after a fault, ${got} instead of 3,2,1,1,2,3`);
    },
  };
}
