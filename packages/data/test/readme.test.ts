import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { expect, test } from 'vitest';
import * as csv from '../src/csv.ts';
import { DATE_FORMS } from '../src/dates/forms.ts';
import * as images from '../src/images.ts';
import * as index from '../src/index.ts';
import * as node from '../src/node.ts';

const readme = join(import.meta.dirname, '../README.md');

test('the examples in the README run and print what they say', async () => {
  expect(await runReadme(readme)).toHaveLength(5);
});

test.each(Object.keys(DATE_FORMS))('the README shows the form %s', (form) => {
  expect(readFileSync(readme, 'utf8')).toContain(`\`${form}\``);
});

test.each(Object.keys({ ...index, ...csv, ...images, ...node }))(
  'the README lists %s beside what there is elsewhere',
  (name) => {
    const [, table] = readFileSync(readme, 'utf8').split('## Beside PyTorch');
    expect(table).toContain(`\`${name}\``);
  },
);
