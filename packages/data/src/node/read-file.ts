import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DataError } from '@evenkeel/errors';
import { gzipError, isGzip } from '../idx/gunzip.ts';

/**
 * The bytes of a file, unpacked if they are gzip.
 *
 * @throws DataError if the file cannot be read or its gzip data is damaged
 */
export function readBytes(path: string): Uint8Array {
  const bytes = readOrExplain(path);
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw gzipError(path, bytes.length, cause);
  }
}

/**
 * The text of a UTF-8 file, unpacked if it is gzip.
 *
 * @throws DataError if the file cannot be read or is not UTF-8
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(`${path} is not UTF-8 text`, { got: `${bytes.length} bytes`, cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'there is no permission to read it',
  EISDIR: 'it is a folder, and a file is needed',
  ENOTDIR: 'a part of the path is a file, not a folder',
};

function readOrExplain(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DataError(`${path} cannot be read: ${REASONS[code ?? ''] ?? message}`, { cause });
  }
}
