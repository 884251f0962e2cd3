import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import {
  compile,
  gradients,
  manualSeed,
  type RecurrenceStep,
  rand,
  randn,
  recurrence,
  setDefaultDtype,
  stack,
  type Tensor,
  useBackend,
  where,
  zeros,
} from '@evenkeel/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

beforeEach(() => {
  useBackend(cpu());
  setDefaultDtype('float64');
  manualSeed(1);
});
afterEach(() => setDefaultDtype('float32'));

/** The same by one operation after the other: what `recurrence` must equal. */
function unrolled(
  step: RecurrenceStep,
  { carry, sequences, shared = [], reverse = false }: Parameters<typeof recurrence>[1],
): ReturnType<typeof recurrence> {
  const turns = (sequences[0] as Tensor).shape[0] as number;
  const outputs: Tensor[][] = [];
  let state = [...carry];
  for (let turn = 0; turn < turns; turn++) {
    const time = reverse ? turns - 1 - turn : turn;
    const after = step(
      state,
      sequences.map((sequence) => sequence.select(0, time)),
      [...shared],
    );
    state = [...after.carry];
    outputs[time] = [...after.outputs];
  }
  return {
    carry: state,
    outputs: (outputs[0] as Tensor[]).map((_, i) => stack(outputs.map((each) => each[i] as Tensor))),
  };
}

/** Two things carried, two outputs, weights, a mask: everything that a step can have. */
const step: RecurrenceStep = ([h, c], [x, within], [w]) => {
  const [before, cell, input] = [h as Tensor, c as Tensor, x as Tensor];
  const next = before
    .matmul(w as Tensor)
    .add(input)
    .tanh();
  const kept = where(within as Tensor, next, before);
  const other = cell.mul(0.5).add(kept.mul(kept));
  return { carry: [kept, other], outputs: [other.sum(-1), kept] };
};

function inputs() {
  const leaf = (tensor: Tensor) => {
    tensor.requiresGrad = true;
    return tensor;
  };
  return {
    carry: [leaf(randn([3, 4])), leaf(randn([3, 4]))],
    sequences: [leaf(randn([7, 3, 4])), rand([7, 3, 1]).gt(0.3)],
    shared: [leaf(randn([4, 4]).mul(0.3).detach())],
  };
}

const leaves = ({ carry, sequences, shared }: ReturnType<typeof inputs>) => [
  ...carry,
  sequences[0] as Tensor,
  ...shared,
];

/** A number that depends on every result. */
function total({ carry, outputs }: ReturnType<typeof recurrence>): Tensor {
  return [...carry, ...outputs].reduce(
    (sum, part, i) =>
      sum.add(
        part
          .square()
          .mul(i + 1)
          .sum(),
      ),
    zeros([]),
  );
}

async function expectClose(found: readonly Tensor[], expected: readonly Tensor[], tolerance = 1e-10): Promise<void> {
  expect(found.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, tensor] of found.entries()) {
    const [a, b] = [await tensor.data(), await (expected[i] as Tensor).data()];
    a.forEach((value, at) => {
      expect(Math.abs(value - (b[at] as number))).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(b[at] as number)),
      );
    });
  }
}

describe.each([false, true])('a recurrence with reverse = %s', (reverse) => {
  test('gives what its steps give one after the other', async () => {
    const given = { ...inputs(), reverse };
    const [found, expected] = [recurrence(step, given), unrolled(step, given)];
    await expectClose([...found.carry, ...found.outputs], [...expected.carry, ...expected.outputs]);
  });

  test('has their gradients', async () => {
    const given = { ...inputs(), reverse };
    const of = (run: typeof recurrence) => gradients(total(run(step, given)), leaves(given));
    await expectClose(of(recurrence), of(unrolled));
  });

  test('has their second derivatives', async () => {
    const given = { ...inputs(), reverse };
    const of = (run: typeof recurrence) => {
      const first = gradients(total(run(step, given)), leaves(given), { createGraph: true });
      const sum = first.reduce((so, each) => so.add(each.square().sum()), zeros([]));
      return gradients(sum, leaves(given));
    };
    await expectClose(of(recurrence), of(unrolled));
  });
});

test('a recurrence in a compiled function is what it is outside', async () => {
  useBackend(wasm());
  setDefaultDtype('float32');
  const given = inputs();
  const run = (x: Tensor) => {
    const result = recurrence(step, { ...given, sequences: [x, given.sequences[1] as Tensor] });
    return [
      total(result),
      ...gradients(
        total(result),
        leaves(given).filter((leaf) => leaf !== given.sequences[0]),
      ),
    ];
  };
  const compiled = compile(run);
  const x = randn([7, 3, 4]);
  for (let call = 0; call < 4; call++) await expectClose(compiled(x), run(x), 1e-5);
  expect(compiled.counters).toEqual({ recorded: 2, replayed: 2, planned: 1 });
});
