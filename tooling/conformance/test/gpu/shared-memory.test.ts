import { webgpu } from '@evenkeel/backend-webgpu';
import { missing, nodeGpu } from '@evenkeel/node-gpu';
import { test } from 'vitest';
import { describeBackend } from '../../src/index.ts';

// What a graphics card runs. A GPU in software takes a second for a kernel that it has not seen, so it is not asked for by itself.
const gpu = await nodeGpu();
if (gpu) {
  const backend = await webgpu({ gpu, sharedMemory: true });
  describeBackend('webgpu with shared memory', () => backend, { oneOf: 12 });
  if (backend.device.subgroups > 0) {
    const plain = await webgpu({ gpu, sharedMemory: true, subgroups: false });
    describeBackend('webgpu with shared memory and without subgroups', () => plain, { oneOf: 24 });
  }
} else {
  test.skip(`the backend webgpu with shared memory (${missing})`, () => {});
}
