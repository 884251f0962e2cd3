import type { Backend } from '@evenkeel/backend';
import { webgpu } from '@evenkeel/backend-webgpu';
import { missing, nodeGpu } from '@evenkeel/node-gpu';

/** Why there is no webgpu backend in Node here; undefined if there is one. */
export async function absence(): Promise<string | undefined> {
  return (await nodeGpu()) ? undefined : missing;
}

/** The webgpu backend in Node, on whatever GPU there is. */
export async function nodeWebgpu(): Promise<Backend> {
  return webgpu({ gpu: await nodeGpu() });
}
