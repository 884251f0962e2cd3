import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { expect, test } from 'vitest';
import { checksFor, runChecks } from '../src/index.ts';
import * as broken from './backends/broken.ts';

const all = checksFor(cpu());

/** What is looked at for each mistake; `finds` must fail and the rest of it pass. */
const mistakes: readonly (readonly [make: () => Backend, looksAt: RegExp, finds: readonly string[]])[] = [
  [
    broken.withoutTail,
    /^(neg|eq|amax) forward$|^neg backward$/,
    ['neg forward', 'eq forward', 'amax forward', 'neg backward'],
  ],
  [broken.withBakedArguments, /^(uniform forward|kernels)$/, ['uniform forward', 'kernels']],
  [broken.withoutNaNInMaximum, /^(maximum|minimum) forward$/, ['maximum forward']],
  [broken.withCoarseExponential, /^(exp|tanh) (forward|backward)$/, ['exp forward']],
  [broken.withShortContractions, /^matmul (forward|backward)$|^sum forward$/, ['matmul forward', 'matmul backward']],
  [broken.withoutOffsets, /^(copy|slice) forward$|^kernels$/, ['copy forward', 'slice forward', 'kernels']],
  [broken.withOverrun, /^kernels$/, ['kernels']],
  [broken.withLateReads, /^interface$/, ['interface']],
  [broken.withoutFaults, /^(interface|kernels)$/, ['interface', 'kernels']],
  [broken.withOtherBits, /^(uniform forward|random numbers)$/, ['uniform forward', 'random numbers']],
  [broken.withoutRepetition, /^kernels$/, ['kernels']],
];

test.each(mistakes.map(([make, ...rest]) => [make.name, make, ...rest] as const))(
  'a backend %s fails',
  async (_name, make, looksAt, finds) => {
    const bench = { subject: make(), oracle: cpu() };
    const checks = all.filter(({ group }) => looksAt.test(group));
    const { failures } = await runChecks(checks, bench);
    expect([...new Set(failures.map(({ check }) => check.group))].sort()).toEqual([...finds].sort());
  },
);

test('a backend that leaves out the tail fails in random graphs and under an optimizer too', async () => {
  const bench = { subject: broken.withoutTail(), oracle: cpu() };
  const checks = all.filter(({ group }) => ['random graphs', 'optimizer'].includes(group));
  const { failures } = await runChecks(checks, bench);
  const groups = Map.groupBy(failures, ({ check }) => check.group);
  expect(groups.get('random graphs')?.length).toBeGreaterThan(150);
  expect(groups.get('optimizer')).toHaveLength(2);
  // A failure can be built again: it names its seed and shows the graph.
  expect(failures[0]?.check.name).toMatch(/graph \d+ of seed 1/);
  expect(failures[0]?.problem).toMatch(/0 = leaf \[/);
});
