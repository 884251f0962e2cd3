import { createHash } from 'node:crypto';

/**
 * The SHA-256 of bytes, or of text as UTF-8, in lower-case hexadecimal.
 *
 * ```ts
 * console.log(sha256('abc').slice(0, 16)); // prints ba7816bf8f01cfea
 * ```
 */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
