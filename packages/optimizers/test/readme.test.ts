import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as optimizers from '@evenkeel/optimizers';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';

const readme = join(import.meta.dirname, '../README.md');

test('the examples in the README run and print what they say', async () => {
  expect(await runReadme(readme)).toHaveLength(5);
});

test.each(Object.keys(optimizers).filter((name) => !['Slot'].includes(name)))('the README names %s', (name) => {
  expect(readFileSync(readme, 'utf8')).toContain(`\`${name}`);
});
