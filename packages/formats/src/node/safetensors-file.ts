import { readFile } from 'node:fs/promises';
import { readSafetensors, type SafetensorsContent } from '../read-safetensors.ts';
import type { SafeTensor } from '../safe-tensor.ts';
import { writeSafetensors } from '../write-safetensors.ts';
import { fileError } from './file-error.ts';
import { type WriteOptions, writeFileAtomically } from './write-file-atomically.ts';

/**
 * Reads a safetensors file.
 *
 * ```ts
 * const path = join(folder, 'model.safetensors');
 * await writeSafetensorsFile(path, new Map([['bias', safeTensor(Float32Array.of(1, 2))]]));
 * console.log((await readSafetensorsFile(path)).tensors.get('bias').shape); // prints [ 2 ]
 * ```
 *
 * @throws DataError when it cannot be opened or `readSafetensors` refuses it, naming the path
 */
export async function readSafetensorsFile(path: string): Promise<SafetensorsContent> {
  const bytes = await readFile(path).catch((error) => {
    throw fileError(error, `cannot read ${path}`);
  });
  return readSafetensors(bytes, path);
}

/**
 * Writes a safetensors file whole or not at all.
 *
 * ```ts
 * const path = join(folder, 'model.safetensors');
 * await writeSafetensorsFile(path, new Map([['bias', safeTensor(Float32Array.of(1, 2))]]));
 * console.log((await readSafetensorsFile(path)).tensors.get('bias').dtype); // prints F32
 * ```
 *
 * @throws DataError when `writeSafetensors` refuses the tensors or the file cannot be written
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteOptions = {},
): Promise<void> {
  await writeFileAtomically(path, writeSafetensors(tensors, metadata), options);
}
