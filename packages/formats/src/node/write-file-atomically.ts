import { randomBytes } from 'node:crypto';
import * as promises from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './file-error.ts';

/** The part of `node:fs/promises` that writing needs; tests put a failing one in its place. */
export interface WritingFileSystem {
  open(path: string, flags: string): Promise<WritableFile>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export interface WritableFile {
  writeFile(bytes: Uint8Array | string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface WriteOptions {
  fs?: WritingFileSystem;
}

/**
 * Writes a file so that at every moment, also after a kill or a power failure, `path` holds either all of the old
 * content or all of the new: a temporary file in the same folder is written and synced, renamed, and the folder synced.
 *
 * ```ts
 * const path = join(folder, 'note.txt');
 * await writeFileAtomically(path, 'text or bytes');
 * console.log(await readFile(path, 'utf8')); // prints text or bytes
 * ```
 *
 * @param bytes text is written as UTF-8
 * @throws DataError (the disk is full, no permission, no such folder, …), after which the old file is as it was and the
 *   temporary one is gone
 */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array | string,
  { fs = promises }: WriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await fs.open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    throw fileError(error, `cannot write ${path}`, 'what was there before is unchanged');
  }
  await syncFolder(folder, fs).catch((error) => {
    throw fileError(
      error,
      `cannot write ${path} for good`,
      'the new file is in place but might not survive a power failure',
    );
  });
}

/**
 * Deletes what `writeFileAtomically` leaves in a folder when it is killed, and returns the names.
 *
 * ```ts
 * await writeFile(join(folder, '.model.safetensors.0a1b2c3d.tmp'), 'half of it'); // as a kill leaves it
 * console.log(await removeTemporaryFiles(folder)); // prints [ '.model.safetensors.0a1b2c3d.tmp' ]
 * ```
 */
export async function removeTemporaryFiles(folder: string): Promise<string[]> {
  const names = (await promises.readdir(folder)).filter((name) => /^\..+\.[0-9a-f]{8}\.tmp$/.test(name));
  await Promise.all(names.map((name) => promises.rm(join(folder, name), { force: true })));
  return names;
}

/** Makes the rename durable, where folders can be synced: not on Windows, and not on every file system. */
async function syncFolder(folder: string, fs: WritingFileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!cannotSync.includes(code)) throw error;
  }
}

const cannotSync = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES'];
