import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, test } from 'vitest';
import * as backendWebgpu from '../src/index.ts';
import { WebgpuBackend } from '../src/runtime/webgpu-backend.ts';
import { hasNoGpu, provideNavigator } from './gpu.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = `import { ${Object.keys(backendWebgpu).join(', ')} } from '@evenkeel/backend-webgpu';
`;

test.skipIf(hasNoGpu)('every public class and function has an example that runs and prints what it says', async () => {
  provideNavigator();
  const examples = await runDocstrings({
    root,
    exports: { ...backendWebgpu, WebgpuBackend },
    functions: true,
    prelude,
  });
  expect(examples.length).toBeGreaterThan(0);
});
