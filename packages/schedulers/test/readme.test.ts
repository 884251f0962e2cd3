import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runReadme } from '@evenkeel/readme';
import { scheduleNames } from '@evenkeel/schedulers';
import { expect, test } from 'vitest';

const readme = join(import.meta.dirname, '../README.md');

test('the example in the README runs and prints what it says', async () => {
  expect(await runReadme(readme)).toHaveLength(1);
});

test.each([...scheduleNames, 'ReduceLROnPlateau'])('the table in the README has a row for %s', (name) => {
  const rows = readFileSync(readme, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.some((row) => row.split('|')[1]!.match(new RegExp(`\\b${name}\\b`)))).toBe(true);
});
