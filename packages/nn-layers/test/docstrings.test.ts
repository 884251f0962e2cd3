import { join } from 'node:path';
import * as layers from '@evenkeel/nn-layers';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import * as tensors from '@evenkeel/tensor';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

// Some names of the tensor package are exported again; they are not this package's to explain.
const own = Object.fromEntries(Object.entries(layers).filter(([name]) => !(name in tensors)));

const classes = Object.keys(own).filter((name) => /^[A-Z]/.test(name));

/** What every example may use without saying where it is from. */
const prelude = `import { cpu } from '@evenkeel/backend-cpu';
import { ${classes.join(', ')}, init } from '@evenkeel/nn-layers';
import { allclose, arange, dot, manualSeed, ones, Parameter, rand, randn, Tensor, tensor, useBackend, zeros } from '@evenkeel/tensor';
useBackend(cpu());
manualSeed(1);
`;

test('every public class has an example in its docstring, which runs and prints what it says', async () => {
  const examples = await runDocstrings({ root, exports: own, prelude });
  expect(examples.length).toBeGreaterThan(0);
});
