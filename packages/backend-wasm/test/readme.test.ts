import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';

test('the examples in the README run and print what they say', async () => {
  const examples = await runReadme(join(import.meta.dirname, '../README.md'));
  expect(examples).toHaveLength(2);
});
