import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDocstrings } from '@evenkeel/readme/docstrings';
import { expect, onTestFinished, test } from 'vitest';
import * as backendWebgpu from '../src/index.ts';
import * as node from '../src/node.ts';
import { WebgpuBackend } from '../src/runtime/webgpu-backend.ts';
import * as tuning from '../src/tuning.ts';
import { hasNoGpu, provideNavigator } from './gpu.ts';

const root = join(import.meta.dirname, '..');

/** What every example may use without saying where it is from. */
const prelude = (folder: string) => `import { join } from 'node:path';
import { ${Object.keys(backendWebgpu).join(', ')} } from '@evenkeel/backend-webgpu';
import { ${Object.keys(node).join(', ')} } from '@evenkeel/backend-webgpu/node';
import { ${Object.keys(tuning).join(', ')} } from '@evenkeel/backend-webgpu/tuning';
const folder = ${JSON.stringify(folder)};
`;

test.skipIf(hasNoGpu)('every public class and function has an example that runs and prints what it says', async () => {
  provideNavigator();
  const folder = await mkdtemp(join(tmpdir(), 'webgpu-docstrings-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const examples = await runDocstrings({
    root,
    exports: { ...backendWebgpu, ...node, ...tuning, WebgpuBackend },
    functions: true,
    prelude: prelude(folder),
  });
  expect(examples.length).toBeGreaterThan(0);
});
