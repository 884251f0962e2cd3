import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nullBackend } from '@evenkeel/backend-null';
import { memory, useBackend } from '@evenkeel/tensor';
import { afterAll, expect, test } from 'vitest';
import { evenKeelSession } from '../src/contenders/even-keel-session.ts';
import { lap } from '../src/contenders/session.ts';
import { workloads } from '../src/workloads/index.ts';
import { writeStart } from '../src/write-start.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-session-'));
afterAll(() => rmSync(folder, { recursive: true }));

const variant = { host: 'node', backend: 'null', threads: 1, relaxed: true, wide: false, eager: false } as const;

// What stayed behind would send the next step to other memory, which is not in the caches.
test.each(['W1', 'layer-norm', 'softmax', 'gelu', 'adamw', 'matmul-256-NN'])(
  'a round of %s leaves nothing behind',
  async (name) => {
    useBackend(nullBackend());
    const start = join(folder, `${name}.safetensors`);
    await writeStart(workloads.find((workload) => workload.name === name)!, start);
    const session = await evenKeelSession(name, readFileSync(start), variant);
    await lap(session, 2);
    const { bytes, tensors } = memory();
    await lap(session, 3);
    expect(memory()).toMatchObject({ bytes, tensors });
  },
);
