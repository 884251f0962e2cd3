import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { webgpu } from '@evenkeel/backend-webgpu';
import { DeviceError } from '@evenkeel/errors';
import type { Backend } from '@evenkeel/tensor';

/** WebGPU as the package `webgpu` brings it, which is looked for where the command is called and where it is installed. */
export async function nodeWebgpu(): Promise<Backend> {
  return webgpu({ gpu: (await binding()).create([]) });
}

interface Binding {
  create(options: readonly string[]): GPU;
}

async function binding(): Promise<Binding> {
  for (const place of [pathToFileURL(join(process.cwd(), 'package.json')), import.meta.url]) {
    const path = resolved(place);
    if (path) return import(pathToFileURL(path).href);
  }
  throw new DeviceError('there is no WebGPU in Node by itself', {
    doing: 'opening the backend webgpu',
    remedy: 'npm install webgpu (132 MB) where you call the command, or use the backend wasm',
  });
}

function resolved(place: string | URL): string | undefined {
  try {
    return createRequire(place).resolve('webgpu');
  } catch {
    // Not installed there.
    return undefined;
  }
}
