import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, onTestFinished, test } from 'vitest';
import * as trainer from '../src/index.ts';
import * as node from '../src/node.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = (folder: string) => `import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cpu } from '@evenkeel/backend-cpu';
import { ArrayDataset, DataLoader } from '@evenkeel/data';
import { DeviceError } from '@evenkeel/errors';
import { safeTensor, toFloat32 } from '@evenkeel/formats';
import { useBackend } from '@evenkeel/tensor';
import { ${Object.keys(trainer).join(', ')} } from '@evenkeel/trainer';
import { ${Object.keys(node).join(', ')} } from '@evenkeel/trainer/node';
useBackend(cpu());
const folder = ${JSON.stringify(folder)};
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trainer-docstrings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const examples = await runDocstrings({ root, exports: { ...trainer, ...node }, prelude: prelude(folder) });
  expect(examples.length).toBeGreaterThan(0);
});
