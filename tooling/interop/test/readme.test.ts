import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';

test('the examples in the README run and print what they say', async () => {
  expect(await runReadme(join(import.meta.dirname, '../README.md'))).toHaveLength(2);
});
