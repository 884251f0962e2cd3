import { join } from 'node:path';
import { missing, nodeGpu } from '@evenkeel/node-gpu';
import { expect, test } from 'vitest';
import { readCases } from '../src/case.ts';
import { enter, type Pass, passesOf } from '../src/passes.ts';
import { runCase } from '../src/run-case.ts';

const hasGpu = (await nodeGpu()) !== undefined;
if (!hasGpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);
/** In software all of them take a minute: `pnpm goldens --backend webgpu` runs them. */
const oneOf = 12;

test.skipIf(!hasGpu).each(['cases', 'further-cases'])(
  `one of ${oneOf} %s agrees with PyTorch on webgpu${hasGpu ? '' : ` (${missing})`}`,
  async (folder) => {
    await enter(passesOf('webgpu')[0] as Pass);
    const cases = readCases(join(import.meta.dirname, '..', folder)).filter((_, i) => i % oneOf === 0);
    expect(cases.length).toBeGreaterThan(40);
    const failures: string[] = [];
    for (const golden of cases) {
      const { problems } = await runCase(golden);
      if (problems.length > 0) failures.push(`${golden.name}: ${problems.join(' | ')}`);
    }
    expect(failures).toEqual([]);
  },
);
