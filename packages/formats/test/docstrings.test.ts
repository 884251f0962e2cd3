import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, onTestFinished, test } from 'vitest';
import * as formats from '../src/index.ts';
import * as node from '../src/node.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = (folder: string) => `import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ${Object.keys(formats).join(', ')} } from '@evenkeel/formats';
import { ${Object.keys(node).join(', ')} } from '@evenkeel/formats/node';
const folder = ${JSON.stringify(folder)};
`;

test('every public function has an example in its docstring, which runs and prints what it says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'formats-docstrings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const exports = { ...formats, ...node };
  const examples = await runDocstrings({ root, exports, functions: true, prelude: prelude(folder) });
  expect(examples.length).toBeGreaterThan(0);
});
