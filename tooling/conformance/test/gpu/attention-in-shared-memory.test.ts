import { cpu } from '@evenkeel/backend-cpu';
import { webgpu } from '@evenkeel/backend-webgpu';
import { nodeGpu } from '@evenkeel/node-gpu';
import { expect, test } from 'vitest';
import { checksFor, runChecks } from '../../src/index.ts';

const gpu = await nodeGpu();

// A GPU in software goes another way by itself, so that the suite does not come here.
test.skipIf(!gpu)('attention on webgpu computes the same through shared memory', async () => {
  const subject = await webgpu({ gpu, sharedMemory: true });
  // Several blocks of columns, several groups of rows, causal and not, with all that attention may be given.
  const some = /^float32 \[(33,5|65,17|2,3,17,8|2,1,3,3,2)\]/;
  const checks = checksFor(subject).filter(({ group, name }) => /^attention.* forward/.test(group) && some.test(name));
  const { passed, failures } = await runChecks(checks, { subject, oracle: cpu() });
  expect(failures.map(({ check, problem }) => `${check.group}: ${check.name}: ${problem}`)).toEqual([]);
  expect(passed).toBe(4 + 4 * 3);
  subject.dispose();
});
