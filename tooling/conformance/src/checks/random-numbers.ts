import { axis, load, type Program, type Scalar, weightedSum } from '@evenkeel/backend';
import { philox } from '@evenkeel/compiler';
import { Generator, hostRandom, philox4x32, rand } from '@evenkeel/tensor';
import { runProgram } from '../host/run-program.ts';
import { type Check, expectThat, on } from './check.ts';
import { loop, reads, writes } from './program-case.ts';

type Words = readonly [number, number, number, number];

/** Counter, key and result, from the file kat_vectors of Random123 (philox4x32, 10 rounds). */
export const knownAnswers: readonly (readonly [counter: Words, key: readonly [number, number], words: Words])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/**
 * Streams by seed and position: small, large, and such that the lower half of the counter overflows within a draw. A draw begins
 * with a block of four.
 */
const streams = [
  { seed: 0, offset: 0 },
  { seed: 7, offset: 123_456_788 },
  { seed: 2 ** 53 - 1, offset: 2 ** 34 - 40 },
  { seed: 2 ** 40 + 3, offset: 2 ** 45 },
] as const;

/** One generator: the published bits, the same on every backend and on the host, however a stream is cut. */
export function randomNumberChecks(): Check[] {
  return [
    {
      group: 'random numbers',
      name: 'Philox gives the published words, and so it does on the host',
      async run({ subject }) {
        const inputs = knownAnswers.flatMap(([counter, key]) => [...counter, ...key]);
        const [, got] = await runProgram(subject, philoxProgram(knownAnswers.length), [
          inputs,
          knownAnswers.length * 4,
        ]);
        const expected = knownAnswers.flatMap(([, , words]) => words);
        expectThat(String(got) === String(expected), () => `${hex(got as number[])} instead of ${hex(expected)}`);
        const host = knownAnswers.flatMap(([counter, key]) => philox4x32(counter, key));
        expectThat(String(host) === String(expected), () => `on the host ${hex(host)} instead of ${hex(expected)}`);
      },
    },
    ...streams.map(
      ({ seed, offset }): Check => ({
        group: 'random numbers',
        name: `seed ${seed} from ${offset}: the bits of the host, in one draw and in several`,
        async run({ subject }) {
          const count = 131;
          const next = hostRandom(at(seed, offset));
          const expected = Array.from({ length: count }, next);
          await on(subject, async () => {
            const whole = await rand([count], { generator: at(seed, offset) }).data();
            expectThat(String(whole) === String(expected), () => `${whole} instead of ${expected}`);
            const generator = at(seed, offset);
            const parts = [rand([4], { generator }), rand([64], { generator }), rand([7, 9], { generator })];
            const joined = (await Promise.all(parts.map((part) => part.data()))).flatMap((part) => [...part]);
            expectThat(String(joined) === String(expected), () => 'drawn in parts, the stream differs');
          });
        },
      }),
    ),
  ];
}

function at(seed: number, offset: number): Generator {
  const generator = new Generator(seed);
  generator.setState({ seed, offset });
  return generator;
}

/** The library's own expression on counters and keys in memory. */
function philoxProgram(count: number): Program {
  const input = (i: number) => load('uint32', 0, weightedSum([axis(0)], [6], i));
  const words = philox([input(0), input(1), input(2), input(3)], [input(4), input(5)]);
  const dtype: Scalar = 'uint32';
  return loop({
    bindings: [...reads(dtype), ...writes(dtype)],
    outer: [count],
    stores: words.map((value, i) => ({ binding: 1, index: weightedSum([axis(0)], [4], i), value })),
  });
}

function hex(words: readonly number[]): string {
  return words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
}
