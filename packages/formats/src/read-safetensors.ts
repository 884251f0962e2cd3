import { checkLayout } from './check-layout.ts';
import { damaged, HeaderCursor } from './header-cursor.ts';
import { readHeader } from './read-header.ts';
import type { SafeTensor } from './safe-tensor.ts';

export interface SafetensorsContent {
  /** The tensors by name, in the header's order. Their data are views of the bytes that were read. */
  tensors: Map<string, SafeTensor>;
  metadata: Record<string, string>;
}

/** As in the reference implementation: a header above this is an attack, not a model. */
export const largestHeader = 100_000_000;

/**
 * Reads the bytes of a safetensors file. Nothing is copied and nothing is believed: every number of the header is
 * checked against the bytes that are there before it is used.
 *
 * ```ts
 * const file = writeSafetensors(new Map([['bias', safeTensor(Float32Array.of(1, 2))]]), { format: 'pt' });
 * const { tensors, metadata } = readSafetensors(file);
 * console.log(toFloat32(tensors.get('bias')), metadata.format); // prints Float32Array(2) [ 1, 2 ] pt
 * ```
 *
 * @param bytes the whole file
 * @param source what to call it in errors. Default: `'safetensors bytes'`
 * @throws DataError naming the tensor and the position in the file for: a cut-off file; a header that is too long, no
 *   JSON, no object, or names something twice; an unknown dtype; sizes that are negative, fractional or overflow; data
 *   that are not as long as shape and dtype say, overlap, leave a hole, or do not end where the file ends
 * @see https://huggingface.co/docs/safetensors for the format
 */
export function readSafetensors(bytes: Uint8Array, source = 'safetensors bytes'): SafetensorsContent {
  // A Buffer's subarray would be a Buffer.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + headerLength(file, source);
  const cursor = new HeaderCursor(file.subarray(8, start), source);
  const { entries, metadata } = readHeader(cursor);
  checkLayout(entries, start, file.length - start, source);
  const tensors = entries.map(({ name, dtype, shape, begin, end }): [string, SafeTensor] => {
    return [name, { dtype, shape, data: file.subarray(start + begin, start + end) }];
  });
  return { tensors: new Map(tensors), metadata };
}

function headerLength(file: Uint8Array, source: string): number {
  if (file.length < 8) {
    throw damaged(source, 'the file is too short for a safetensors file', {
      got: `${file.length} bytes`,
      expected: 'at least the 8 that hold the length of the header',
    });
  }
  const claimed = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (claimed > largestHeader) {
    throw damaged(source, 'the file claims a header of more than 100 MB', {
      got: `a header length of ${claimed} (bytes 0 to 8 of the file)`,
      expected: `at most ${largestHeader}`,
    });
  }
  if (claimed > file.length - 8) {
    throw damaged(source, 'the header goes beyond the end of the file, which may have been cut off', {
      got: `a header length of ${claimed} (bytes 0 to 8 of the file)`,
      expected: `at most ${file.length - 8}, the bytes that follow`,
    });
  }
  return Number(claimed);
}
