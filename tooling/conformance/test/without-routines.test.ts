import { cpu } from '@evenkeel/backend-cpu';
import { expect, test } from 'vitest';
import { checksFor, runChecks } from '../src/index.ts';
import { broken } from './backends/broken.ts';

test('the loop that stands in for a missing routine computes what the routine does', async () => {
  const subject = broken((right) => ({
    limits: { ...right.limits, routines: [] },
    prepare(program) {
      const forms = program.steps.map((step) => 'kernel' in step && step.kernel.form);
      if (forms.includes('routine')) throw new Error('asked to run a routine');
      return right.prepare(program);
    },
  }));
  const checks = checksFor(subject).filter(({ group }) => /scatterAdd|^gather backward|^interface/.test(group));
  const { passed, failures } = await runChecks(checks, { subject, oracle: cpu() });
  expect(failures.map(({ check, problem }) => `${check.group}: ${check.name}: ${problem}`)).toEqual([]);
  expect(passed).toBeGreaterThan(100);
});
