import { DataError } from '@evenkeel/errors';

const reasons: Record<string, [problem: string, remedy: string]> = {
  ENOSPC: ['the disk is full', 'free some space on that disk or choose a folder on another one, then run it again'],
  EDQUOT: ['the disk quota is used up', 'delete what is not needed or choose another folder, then run it again'],
  EFBIG: ['the file would be larger than this system allows', 'choose a folder on another disk'],
  EACCES: ['permission was denied', 'give this user the right to use the file and its folder, or choose another one'],
  EPERM: ['permission was denied', 'give this user the right to use the file and its folder, or choose another one'],
  EROFS: ['the disk is read-only', 'choose a folder on another one'],
  ENOENT: ['the file or its folder is not there', 'check the path, or create the folder'],
  ENOTDIR: ['part of its path is not a folder', 'check the path'],
  EISDIR: ['it is a folder', 'give the path of a file'],
  EMFILE: ['too many files are open', 'close some, or raise the limit of open files'],
};

/**
 * A `DataError` for what the file system said, which stays the error's cause.
 *
 * @param attempt such as `cannot write runs/a/config.yaml`
 * @param state what is on the disk now, if that is in doubt
 */
export function fileError(cause: unknown, attempt: string, state?: string): DataError {
  const { code = '', message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  const [problem, remedy] = reasons[code] ?? ['the file system failed', 'check the disk, then run it again'];
  return new DataError(`${attempt}: ${problem}${state ? `; ${state}` : ''}`, { got: message, remedy, cause });
}
