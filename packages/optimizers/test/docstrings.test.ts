import { join } from 'node:path';
import * as optimizers from '@evenkeel/optimizers';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { cpu } from '@evenkeel/backend-cpu';
import { ${Object.keys(optimizers).join(', ')} } from '@evenkeel/optimizers';
import { Parameter, tensor, useBackend } from '@evenkeel/tensor';
import { ScalingModel } from '${join(root, 'test/support/scaling-model.ts')}';
useBackend(cpu());
const weight = new Parameter(tensor(3));
const [model, other] = [new ScalingModel(3), new ScalingModel(5)];
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: optimizers, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
