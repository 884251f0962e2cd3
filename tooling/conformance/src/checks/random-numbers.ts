import {
  axis,
  binary,
  contiguousStrides,
  type Expression,
  integer,
  type LinearForm,
  linearForm,
  type Program,
  random,
  type Scalar,
  select,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import { Generator, hostRandom, philox4x32, rand } from '@evenkeel/tensor';
import { runProgram } from '../host/run-program.ts';
import { type Check, expectThat, on } from './check.ts';
import { loop, writes } from './program-case.ts';

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
      name: 'Philox gives the published words on the host',
      async run() {
        const expected = knownAnswers.flatMap(([, , words]) => words);
        const host = knownAnswers.flatMap(([counter, key]) => philox4x32(counter, key));
        expectThat(String(host) === String(expected), () => `${hex(host)} instead of ${hex(expected)}`);
      },
    },
    ...walks.map(
      ({ name, extents, index }): Check => ({
        group: 'random numbers',
        name: `a kernel that draws ${name} finds the words of the host there`,
        async run({ subject }) {
          const places = positions(extents);
          const expected = places.map((place) => wordAt(indexAt(index, place)));
          const [got] = await runProgram(subject, drawing(extents, index), [places.length], numbers);
          expectThat(String(got) === String(expected), () => `${hex(got as number[])} instead of ${hex(expected)}`);
        },
      }),
    ),
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

/** The seed's low and high words, and those of the first block: the lower one overflows in the fifth block. */
const numbers = [0xdeadbeef, 0x1fffff, 0xfffffffc, 7] as const;

/** Ways to go through a stream: neighbors that share a block or do not, and others. */
const walks: readonly { name: string; extents: readonly number[]; index: Expression }[] = [
  { name: 'in order', extents: [131], index: axis(0) },
  { name: 'from the sixth', extents: [41], index: weightedSum([axis(0)], [1], 5) },
  { name: 'rows of seven', extents: [9, 7], index: weightedSum([axis(0), axis(1)], [7, 1]) },
  { name: 'rows of eight', extents: [9, 8], index: weightedSum([axis(0), axis(1)], [8, 1]) },
  { name: 'columns', extents: [9, 12], index: weightedSum([axis(0), axis(1)], [1, 9]) },
  { name: 'backwards', extents: [37], index: weightedSum([axis(0)], [-1], 36) },
  { name: 'every fourth', extents: [19], index: weightedSum([axis(0)], [4], 1) },
  { name: 'each one three times', extents: [15, 3], index: axis(0) },
  { name: 'from before the first', extents: [21], index: weightedSum([axis(0)], [1], -3) },
  { name: 'rows of seven from before the first', extents: [9, 8], index: weightedSum([axis(0), axis(1)], [7, 1], -1) },
  { name: 'the same again and again', extents: [6], index: integer(11) },
];

/** The word at an index of the stream, on the host; before the first there are none. */
function wordAt(index: number): number {
  if (index < 0) return 0;
  const [seedLow, seedHigh, low, high] = numbers;
  const block = low + Math.floor(index / 4);
  return philox4x32([block >>> 0, high + Math.floor(block / 2 ** 32), 0, 0], [seedLow, seedHigh])[index % 4] as number;
}

function drawing(extents: readonly number[], index: Expression): Program {
  const dtype: Scalar = 'uint32';
  const value = select(binary('ge', index, integer(0)), random(index, 0), zero(dtype));
  const place = weightedSum(
    extents.map((_, d) => axis(d)),
    contiguousStrides(extents),
  );
  return loop({
    bindings: writes(dtype),
    arguments: numbers.map(() => dtype),
    outer: extents,
    stores: [{ binding: 0, index: place, value }],
  });
}

function positions(extents: readonly number[]): number[][] {
  return extents.reduce<number[][]>(
    (places, extent) => places.flatMap((place) => Array.from({ length: extent }, (_, i) => [...place, i])),
    [[]],
  );
}

/** A sum of axes at a place. */
function indexAt(index: Expression, place: readonly number[]): number {
  const { offset, coefficients } = linearForm(index) as LinearForm;
  return [...coefficients].reduce((sum, [d, coefficient]) => sum + coefficient * (place[d] as number), offset);
}

function hex(words: readonly number[]): string {
  return words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
}
