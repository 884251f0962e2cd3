import { DataError } from '@evenkeel/errors';

/** Whether bytes begin as gzip does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks gzip with what pages and Node both have (`DecompressionStream`).
 *
 * @throws DataError naming `name` if the data is damaged or ends too early
 */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, name = 'the gzip data'): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    throw gzipError(name, bytes.length, cause);
  }
}

/** The error for gzip data that cannot be unpacked. */
export function gzipError(name: string, length: number, cause: unknown): DataError {
  return new DataError(`${name} is not whole: its gzip data cannot be unpacked`, {
    got: `${length} bytes; ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'fetch the file again; the download may have been cut short',
    cause,
  });
}
