import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';
import * as tensor from '../src/index.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { cpu } from '@evenkeel/backend-cpu';
import { ${Object.keys(tensor).join(', ')} } from '@evenkeel/tensor';
useBackend(cpu());
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: tensor, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
