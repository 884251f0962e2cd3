import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
/** The tests that the page may name, by what it calls their package. */
const files = {
  '': [
    ...['', '-gradients', '-state', '-host', '-errors'].map((part) => `packages/tensor/test/compile${part}.test.ts`),
    ...['', '-memory', '-rules'].map((part) => `packages/tensor/test/checkpoint${part}.test.ts`),
  ],
  compiler: ['packages/compiler/test/compared.test.ts'],
  'nn-layers': ['packages/nn-layers/test/compiled.test.ts'],
  optimizers: ['packages/optimizers/test/compiled.test.ts'],
};

/** The text of all of them. */
async function textOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))).join();
}

test('every surprise in docs/replay.md names tests that exist', async () => {
  const page = await readFile(join(root, 'docs/replay.md'), 'utf8');
  const sources: Record<string, string> = {};
  for (const [name, paths] of Object.entries(files)) sources[name] = await textOf(paths);
  const [, rest = ''] = page.split('| what you may do | what happens | test |');
  const [table = ''] = rest.split('\n\n');
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
