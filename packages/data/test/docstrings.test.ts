import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';
import * as csv from '../src/csv.ts';
import * as images from '../src/images.ts';
import * as data from '../src/index.ts';
import * as node from '../src/node.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { cpu } from '@evenkeel/backend-cpu';
import { ${Object.keys(data).join(', ')} } from '@evenkeel/data';
import { ${Object.keys(csv).join(', ')} } from '@evenkeel/data/csv';
import { useBackend } from '@evenkeel/tensor';
useBackend(cpu());
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: { ...data, ...csv, ...images, ...node }, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
