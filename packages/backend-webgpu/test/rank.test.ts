import { axis, binary, cast, integer, load, programOf, type RankKernel, weightedSum } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { hasNoGpu, onGpu } from './gpu.ts';

/** Places of `(i · 7919) mod 613` along lines of 5,000: of every number there are eight or nine. */
const kernel = (descending: boolean): RankKernel => ({
  form: 'routine',
  routine: 'rank',
  bindings: [
    { dtype: 'float32', access: 'read' },
    { dtype: 'int32', access: 'write' },
  ],
  arguments: [],
  outer: 2,
  length: 5000,
  inner: 3,
  descending,
  value: binary(
    'sub',
    load('float32', 0, weightedSum([axis(0), axis(1), axis(2)], [15_000, 3, 1])),
    cast('float32', integer(300)),
  ),
  output: 1,
});

test.skipIf(hasNoGpu).each([false, true])(
  'long lines are sorted in blocks that are merged; descending: %s',
  async (descending) => {
    const backend = await onGpu();
    const { outer, length, inner } = kernel(descending);
    const numbers = Float32Array.from({ length: outer * length * inner }, (_, i) => (i * 7919) % 613);
    const [given, places] = [backend.allocate(numbers.byteLength), backend.allocate(numbers.byteLength)];
    backend.write(given, numbers);
    const whole = (buffer: typeof given) => ({ buffer, offset: 0, length: buffer.bytes });
    backend.run(await backend.prepare(programOf(kernel(descending))), {
      buffers: [whole(given), whole(places)],
      arguments: [],
    });
    const got = new Int32Array((await backend.read(places)).buffer);
    const expected = new Int32Array(got.length);
    for (let o = 0; o < outer; o++) {
      for (let r = 0; r < inner; r++) {
        const line = Array.from({ length }, (_, i) => (o * length + i) * inner + r);
        const sorted = line.toSorted(
          (a, b) => (descending ? -1 : 1) * ((numbers[a] as number) - (numbers[b] as number)) || a - b,
        );
        sorted.forEach((at, place) => {
          expected[at] = place;
        });
      }
    }
    expect(got).toEqual(expected);
    backend.dispose();
  },
);
