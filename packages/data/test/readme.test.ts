import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';
import { DATE_FORMS } from '../src/dates/forms.ts';

const readme = join(import.meta.dirname, '../README.md');

test('the example in the README runs and prints what it says', async () => {
  expect(await runReadme(readme)).toHaveLength(1);
});

test.each(Object.keys(DATE_FORMS))('the README shows the form %s', (form) => {
  expect(readFileSync(readme, 'utf8')).toContain(`\`${form}\``);
});
