import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const files = {
  '': 'packages/tensor/test/compile.test.ts',
  'nn-layers': 'packages/nn-layers/test/compiled.test.ts',
  optimizers: 'packages/optimizers/test/compiled.test.ts',
};

test('every surprise in docs/replay.md names tests that exist', async () => {
  const page = await readFile(join(root, 'docs/replay.md'), 'utf8');
  const sources = Object.fromEntries(
    await Promise.all(
      Object.entries(files).map(async ([name, path]) => [name, await readFile(join(root, path), 'utf8')]),
    ),
  );
  const [, table = ''] = page.split('| what you may do | what happens | test |');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && line.includes(' | '));
  expect(rows.length).toBeGreaterThan(15);
  const missing: string[] = [];
  for (const row of rows) {
    const cell = row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '';
    for (const entry of cell.split(' · ')) {
      const [, name = '', place = ''] = entry.match(/^(.*?)(?: \(([a-z-]+)\))?$/) ?? [];
      if (!sources[place]?.includes(name.replace(/ …$/, ''))) missing.push(`${name} (${place || 'tensor'})`);
    }
  }
  expect(missing).toEqual([]);
});
