import { DataError } from '@evenkeel/errors';
import { largestHeader } from './read-safetensors.ts';
import { byteLength, bytesPerElement, dtypeNames, isDType, type SafeTensor } from './safe-tensor.ts';

/**
 * The bytes of a safetensors file. The same input gives the same bytes.
 *
 * The header lists the tensors in the given order. The data stand by element size, largest first, as the reference
 * implementation lays them out: so every tensor is aligned to its dtype and other readers can use it in place.
 *
 * ```ts
 * const file = writeSafetensors(new Map([['bias', safeTensor(Float32Array.of(1, 2))]]));
 * console.log(new TextDecoder().decode(file.subarray(8, -8)).trim());
 * // prints {"bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
 * ```
 *
 * @param tensors by name; `__metadata__` is no name for a tensor
 * @param metadata text by name, such as `{ format: 'pt' }`
 * @throws DataError naming the tensor when its data are not as long as shape and dtype say, or text is not well-formed
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const offsets = layOut(tensors);
  const header = encodeHeader(tensors, metadata, offsets);
  const start = 8 + header.length;
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.length, start);
  const file = new Uint8Array(total);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  for (const [name, { data }] of tensors) file.set(data, start + offsets.get(name)!);
  return file;
}

/** Where the data of each tensor begin, counted from the end of the header. */
function layOut(tensors: ReadonlyMap<string, SafeTensor>): Map<string, number> {
  const largestFirst = [...tensors].sort(([, left], [, right]) => {
    return bytesPerElement[right.dtype] - bytesPerElement[left.dtype];
  });
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const [name, { data }] of largestFirst) {
    offsets.set(name, offset);
    offset += data.length;
  }
  return offsets;
}

function encodeHeader(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
  offsets: ReadonlyMap<string, number>,
): Uint8Array {
  const members: string[] = [];
  const texts = Object.entries(metadata);
  for (const [key, value] of texts) checkText(`the metadata "${key}"`, key, value);
  if (texts.length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`);
  for (const [name, { dtype, shape, data }] of tensors) {
    const begin = offsets.get(name)!;
    const entry = { dtype, shape, data_offsets: [begin, begin + data.length] };
    // Member by member: an object would move names such as "0" to the front.
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  if (header.length <= largestHeader) return header;
  throw new DataError('the header of a safetensors file would be too long', {
    got: `${header.length} bytes for ${tensors.size} tensors`,
    expected: `at most ${largestHeader}`,
    remedy: 'use shorter names and less metadata, or several files',
  });
}

function checkTensor(name: string, { dtype, shape, data }: SafeTensor): void {
  if (name === '__metadata__') throw new DataError('a tensor cannot be called "__metadata__"', { remedy: 'rename it' });
  checkText(`the name of tensor ${JSON.stringify(name)}`, name);
  if (!isDType(dtype)) {
    throw new DataError(`tensor "${name}": its dtype is unknown`, {
      got: `"${dtype}"`,
      expected: `one of ${dtypeNames}`,
    });
  }
  const bytes = byteLength(dtype, shape);
  if (bytes === data.length) return;
  throw new DataError(`tensor "${name}": its data are not as long as its shape says`, {
    got: `${data.length} bytes for ${dtype} of shape [${shape.join(', ')}]`,
    expected: bytes === undefined ? 'a shape of whole numbers, 0 or above' : `${bytes} bytes`,
    shapes: [shape],
  });
}

function checkText(what: string, ...texts: unknown[]): void {
  if (texts.every((text) => typeof text === 'string' && text.isWellFormed())) return;
  throw new DataError(`${what} cannot be written as UTF-8`, { expected: 'text without lone surrogates' });
}
