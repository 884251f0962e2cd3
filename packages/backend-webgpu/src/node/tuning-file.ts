import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { TuningStore } from '../tuning/store.ts';

/**
 * A JSON file in which `webgpu` remembers what it measured; one file may serve several adapters. It is written whole or not at all,
 * and made when there is something to write.
 *
 * @param path in a folder that is there
 *
 * ```ts
 * const store = tuningFile(join(folder, 'products.json'));
 * await store.setItem('a name', 'a text');
 * console.log(await store.getItem('a name')); // prints a text
 * ```
 */
export function tuningFile(path: string): TuningStore {
  const texts = async (): Promise<Record<string, string>> => {
    try {
      return { ...JSON.parse(await readFile(path, 'utf8')) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  };
  const write = async (name: string, text: string): Promise<void> => {
    // What cannot be read was told of when it was read.
    const known = await texts().catch(() => ({}));
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, JSON.stringify({ ...known, [name]: text }));
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  };
  let last: Promise<void> = Promise.resolve();
  return {
    getItem: async (name) => (await texts())[name],
    setItem(name, text) {
      // One after another: each writes what the one before did too.
      last = last.catch(() => {}).then(() => write(name, text));
      return last;
    },
  };
}
