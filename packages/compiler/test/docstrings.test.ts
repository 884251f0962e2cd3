import { join } from 'node:path';
import * as compiler from '@evenkeel/compiler';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { Graph, primitives } from '@evenkeel/compiler';
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: compiler, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
