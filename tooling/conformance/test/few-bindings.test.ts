import { isRepeat, type Step } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { expect, test } from 'vitest';
import { checksFor, runChecks } from '../src/index.ts';
import { broken } from './backends/broken.ts';

/** The most memories that a kernel reads and writes. */
function mostBindings(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map((step) => (isRepeat(step) ? mostBindings(step.body) : step.kernel.bindings.length)));
}

// A selection, which reads three, writes the fourth: no device can do with less.
test.each([8, 4])('a device whose kernels bind %i memories computes the same, bit for bit', async (bindings) => {
  const subject = broken((right) => ({
    name: 'cpu',
    limits: { ...right.limits, bindings },
    prepare(program) {
      const most = mostBindings(program.steps);
      if (most > bindings) throw new Error(`asked to bind ${most} memories`);
      return right.prepare(program);
    },
  }));
  const checks = checksFor(subject).filter(({ group }) => group === 'replay');
  const { passed, failures } = await runChecks(checks.slice(0, 60), { subject, oracle: cpu() });
  expect(failures.map(({ check, problem }) => `${check.group}: ${check.name}: ${problem}`)).toEqual([]);
  expect(passed).toBe(60);
});
