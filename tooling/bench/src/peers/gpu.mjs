import { provideGpu } from '@evenkeel/node-gpu';
import { countGpu } from '../counting/count-gpu.ts';

/**
 * Gives this process a GPU as a page has one, before a library looks for it, and counts what is asked of it.
 *
 * @returns what was counted so far; undefined where the device is none. Throws where the device refused something: what it should
 *   have computed is missing then, and libraries go on without a word
 */
export async function gpuFor(device) {
  if (device !== 'webgpu') return undefined;
  await provideGpu();
  const asked = countGpu(globalThis);
  let refusal;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const made = await requestDevice.apply(this, args);
    made.addEventListener('uncapturederror', ({ error }) => {
      refusal ??= new Error(`the GPU refused something: ${error.message}`);
    });
    return made;
  };
  return () => {
    if (refusal) throw refusal;
    return { ...asked };
  };
}
