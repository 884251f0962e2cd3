import * as promises from 'node:fs/promises';
import { DataError } from '@evenkeel/errors';

/** What a run folder asks of the file system when it writes, so that tests can fill it up. */
export type Disk = Pick<typeof promises, 'mkdir' | 'open' | 'rename' | 'rm' | 'unlink'>;

/** The real one. */
export const realDisk: Disk = promises;

const ROOM = 'make room, then resume the run: what was written before is whole';
const FOLDER = 'choose another folder';
const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['the disk is full', ROOM],
  EDQUOT: ['the disk quota is used up', ROOM],
  EACCES: ['there is no permission', FOLDER],
  EPERM: ['there is no permission', FOLDER],
  EROFS: ['the disk is read-only', FOLDER],
  ENOTDIR: ['a part of the path is a file, not a folder', FOLDER],
  EEXIST: ['a file is in the way', FOLDER],
};

/**
 * Does file work and says in plain words what the disk had against it.
 *
 * @throws DataError
 */
export async function explainDisk<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const [reason, remedy] = REASONS[code] ?? ['the file system failed', undefined];
    throw new DataError(reason, { doing, got: message, remedy, cause });
  }
}

/** Makes a rename in a folder durable, where folders can be synced: not on Windows, and not on every file system. */
export async function syncFolder(path: string, disk: Disk): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await disk.open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
