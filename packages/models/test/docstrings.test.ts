import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';
import * as models from '../src/index.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { wasm } from '@evenkeel/backend-wasm';
import { ${Object.keys(models).join(', ')} } from '@evenkeel/models';
import { Adam } from '@evenkeel/optimizers';
import { manualSeed, rand, randint, randn, tensor, useBackend } from '@evenkeel/tensor';
useBackend(wasm());
manualSeed(1);
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: models, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
