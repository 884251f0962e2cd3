import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';
import { hasNoGpu, provideNavigator } from './gpu.ts';

test.skipIf(hasNoGpu)('the example in the README runs and prints what it says', async () => {
  provideNavigator();
  const examples = await runReadme(join(import.meta.dirname, '../README.md'));
  expect(examples).toHaveLength(1);
});
