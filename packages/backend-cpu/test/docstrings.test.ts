import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';
import * as backendCpu from '../src/index.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { ${Object.keys(backendCpu).join(', ')} } from '@evenkeel/backend-cpu';
`;

test('every public class and function has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: backendCpu, functions: true, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
