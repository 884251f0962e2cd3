import { DataError } from '@evenkeel/errors';
import { gunzip, isGzip } from './gunzip.ts';

/** The numbers of an IDX file: row-major, in the width in which the file holds them. */
export interface IdxArray {
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
  readonly shape: readonly number[];
  /** Where it came from, for error messages. */
  readonly name: string;
}

/** By the third byte of the file: how wide a number is, and how a big-endian one is read. */
const TYPES = {
  8: { width: 1, make: (length: number) => new Uint8Array(length), read: DataView.prototype.getUint8 },
  9: { width: 1, make: (length: number) => new Int8Array(length), read: DataView.prototype.getInt8 },
  11: { width: 2, make: (length: number) => new Int16Array(length), read: DataView.prototype.getInt16 },
  12: { width: 4, make: (length: number) => new Int32Array(length), read: DataView.prototype.getInt32 },
  13: { width: 4, make: (length: number) => new Float32Array(length), read: DataView.prototype.getFloat32 },
  14: { width: 8, make: (length: number) => new Float64Array(length), read: DataView.prototype.getFloat64 },
} as const;

/**
 * Reads IDX (the format of MNIST): two zero bytes, the type, the number of dimensions, a big-endian 32-bit length for
 * each, then the numbers. Nothing is allocated by what the header claims before the real size was found to agree.
 *
 * @param bytes the unpacked file
 * @param name what to call it in errors
 * @throws DataError naming the file and the byte
 */
export function parseIdx(bytes: Uint8Array, name = 'the IDX data'): IdxArray {
  const fail = (what: string, byte: number, got: string, expected: string) =>
    new DataError(`${name}: ${what}, at byte ${byte}`, { doing: 'reading an IDX file', got, expected });
  if (bytes.length < 4) {
    throw fail('the file ends inside its first four bytes', bytes.length, `${bytes.length} bytes`, 'at least 4');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== 0) {
    const magic = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw fail('this is no IDX file: wrong magic number', 0, magic, '00 00, a type (08 for bytes), a dimension count');
  }
  const type = TYPES[view.getUint8(2) as keyof typeof TYPES];
  if (!type) {
    throw fail('unknown type of numbers', 2, `0x${view.getUint8(2).toString(16)}`, '0x8, 0x9, 0xb, 0xc, 0xd or 0xe');
  }
  const dimensions = view.getUint8(3);
  const header = 4 + 4 * dimensions;
  if (dimensions === 0) throw fail('the file has no dimensions', 3, '0', 'at least 1');
  if (bytes.length < header) {
    const needed = `${header} for ${dimensions} dimensions`;
    throw fail('the file ends inside its header', bytes.length, `${bytes.length} bytes`, needed);
  }
  const shape = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const length = shape.reduce((product, size) => product * size, 1);
  const claimed = header + length * type.width;
  if (claimed !== bytes.length) {
    const what = claimed > bytes.length ? 'the file is cut off' : 'the file goes on after its last number';
    const expected = `${claimed} for shape [${shape.join(', ')}]`;
    throw fail(what, Math.min(claimed, bytes.length), `${bytes.length} bytes`, expected);
  }
  if (type.width === 1) {
    const body = bytes.subarray(header);
    const data = type === TYPES[9] ? new Int8Array(body.buffer, body.byteOffset, body.length) : body;
    return { data, shape, name };
  }
  const data = type.make(length);
  for (let index = 0; index < length; index++) data[index] = type.read.call(view, header + index * type.width);
  return { data, shape, name };
}

/**
 * Reads IDX that may be packed with gzip, where there are no files: in a page, from `fetch`.
 *
 * @throws DataError naming the file and the byte
 */
export async function parseIdxOrGzip(bytes: Uint8Array<ArrayBuffer>, name = 'the IDX data'): Promise<IdxArray> {
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, name) : bytes, name);
}
