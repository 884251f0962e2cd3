import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';

test('the example in the README runs and prints what it says', async () => {
  expect(await runReadme(join(import.meta.dirname, '../README.md'))).toHaveLength(1);
});
