import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';
import { DATE_FORMS } from '../src/dates/forms.ts';

const readme = join(import.meta.dirname, '../README.md');

test('the examples in the README run and print what they say', async () => {
  expect(await runReadme(readme)).toHaveLength(5);
});

test.each(Object.keys(DATE_FORMS))('the README shows the form %s', (form) => {
  expect(readFileSync(readme, 'utf8')).toContain(`\`${form}\``);
});
