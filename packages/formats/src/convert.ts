/// <reference lib="esnext.float16" preserve="true" />
import { DataError, DTypeError, ShapeError } from '@evenkeel/errors';
import { decodeBFloat16, decodeFloat16 } from './half.ts';
import { byteLength, bytesPerElement, type SafeDType, type SafeTensor } from './safe-tensor.ts';

type Elements =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float16Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/**
 * A tensor to write, over the bytes of a typed array (which is not copied).
 *
 * ```ts
 * const flags = safeTensor(Uint8Array.of(1, 0, 1, 1), [2, 2], 'BOOL');
 * console.log(flags.dtype, flags.shape, safeTensor(Float32Array.of(1, 2)).dtype); // prints BOOL [ 2, 2 ] F32
 * ```
 *
 * @param values elements in C order
 * @param shape default: one dimension
 * @param dtype default: the array's own (`Float32Array` → `'F32'`); any other of the same size reads the bytes as that,
 *   as `'BOOL'` for a `Uint8Array` of 0 and 1
 * @throws ShapeError when the shape is not that many elements, DTypeError when the dtype has another size
 */
export function safeTensor(
  values: Elements,
  shape: readonly number[] = [values.length],
  dtype: SafeDType = dtypeOf(values),
): SafeTensor {
  if (bytesPerElement[dtype] !== values.BYTES_PER_ELEMENT) {
    throw new DTypeError(`a ${values.constructor.name} cannot hold ${dtype}`, {
      got: `${values.BYTES_PER_ELEMENT} bytes an element`,
      expected: `${bytesPerElement[dtype]} bytes an element`,
    });
  }
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (byteLength(dtype, shape) === data.length) return { dtype, shape: [...shape], data };
  throw new ShapeError('a tensor needs as many values as its shape has elements', {
    got: `${values.length} values for shape [${shape.join(', ')}]`,
    shapes: [shape],
  });
}

/**
 * A copy of the elements as float32, from any dtype but the 8-bit floats. F16 and BF16 are exact; F64 and large integers
 * are rounded to the nearest.
 *
 * ```ts
 * const halves = safeTensor(Uint16Array.of(0x3c00, 0xb800), [2], 'F16');
 * console.log(toFloat32(halves)); // prints Float32Array(2) [ 1, -0.5 ]
 * ```
 *
 * @throws DTypeError for the 8-bit floats, DataError for a BOOL that is neither 0 nor 1
 */
export function toFloat32(tensor: SafeTensor): Float32Array<ArrayBuffer> {
  const elements = decode(tensor);
  if (elements instanceof Float32Array) return elements;
  return isBigInts(elements) ? Float32Array.from(Array.from(elements, Number)) : new Float32Array(elements);
}

/**
 * A copy of the elements as float64, from any dtype but the 8-bit floats. Only 64-bit integers beyond 2^53 are rounded.
 *
 * ```ts
 * console.log(toFloat64(safeTensor(BigInt64Array.of(2n ** 53n)))); // prints Float64Array(1) [ 9007199254740992 ]
 * ```
 *
 * @throws DTypeError for the 8-bit floats, DataError for a BOOL that is neither 0 nor 1
 */
export function toFloat64(tensor: SafeTensor): Float64Array<ArrayBuffer> {
  const elements = decode(tensor);
  if (elements instanceof Float64Array) return elements;
  return isBigInts(elements) ? Float64Array.from(Array.from(elements, Number)) : new Float64Array(elements);
}

/**
 * A copy of the elements as int32, from integers and BOOL.
 *
 * ```ts
 * console.log(toInt32(safeTensor(BigInt64Array.of(1n, -2n)))); // prints Int32Array(2) [ 1, -2 ]
 * ```
 *
 * @throws DTypeError for floats, DataError for an element beyond ±2^31
 */
export function toInt32(tensor: SafeTensor): Int32Array<ArrayBuffer> {
  const elements = decode(tensor);
  if (elements instanceof Int32Array) return elements;
  if (elements instanceof Float32Array || elements instanceof Float64Array) throw notIntegers(tensor.dtype, 'int32');
  return Int32Array.from<number | bigint>(elements, (element, index) => {
    const value = Number(element);
    if (value === (value | 0)) return value;
    throw new DataError(`an element of this ${tensor.dtype} tensor does not fit into int32`, {
      got: `${element} at flat index ${index}`,
      expected: '-2147483648 to 2147483647',
      shapes: [tensor.shape],
    });
  });
}

/**
 * A copy of the elements as 64-bit integers, from integers other than U64 and from BOOL.
 *
 * ```ts
 * console.log(toBigInt64(safeTensor(Int32Array.of(1, -2)))); // prints BigInt64Array(2) [ 1n, -2n ]
 * ```
 *
 * @throws DTypeError for floats and U64
 */
export function toBigInt64(tensor: SafeTensor): BigInt64Array<ArrayBuffer> {
  const elements = decode(tensor);
  if (elements instanceof BigInt64Array) return elements;
  if (elements instanceof BigUint64Array || elements instanceof Float32Array || elements instanceof Float64Array) {
    throw notIntegers(tensor.dtype, 'int64');
  }
  return BigInt64Array.from(Array.from(elements, BigInt));
}

/**
 * A copy of the elements of a BOOL tensor, 0 or 1.
 *
 * ```ts
 * console.log(toBool(safeTensor(Uint8Array.of(1, 0), [2], 'BOOL'))); // prints Uint8Array(2) [ 1, 0 ]
 * ```
 *
 * @throws DTypeError for any other dtype, DataError for any other byte
 */
export function toBool(tensor: SafeTensor): Uint8Array<ArrayBuffer> {
  const elements = decode(tensor);
  if (tensor.dtype === 'BOOL' && elements instanceof Uint8Array) return elements;
  throw new DTypeError(`a ${tensor.dtype} tensor is not read as bool`, { expected: 'BOOL' });
}

/** Copies, because data in a file need not be aligned, and a view would keep the whole file in memory. */
function decode(tensor: SafeTensor) {
  const bytes = new Uint8Array(tensor.data);
  const { buffer } = bytes;
  switch (tensor.dtype) {
    case 'BOOL':
      return checkedBools(bytes);
    case 'U8':
      return bytes;
    case 'I8':
      return new Int8Array(buffer);
    case 'U16':
      return new Uint16Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'U32':
      return new Uint32Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U64':
      return new BigUint64Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'F16':
      return decodeFloat16(new Uint16Array(buffer));
    case 'BF16':
      return decodeBFloat16(new Uint16Array(buffer));
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float64Array(buffer);
    default:
      throw new DTypeError(`${tensor.dtype} has no conversion`, {
        remedy: 'convert the tensor to F16, BF16 or F32 before writing the file',
      });
  }
}

function checkedBools(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const index = bytes.findIndex((byte) => byte > 1);
  if (index === -1) return bytes;
  throw new DataError('an element of this BOOL tensor is neither 0 nor 1', {
    got: `${bytes[index]} at flat index ${index}`,
    remedy: 'the file is damaged or was written wrongly: write it again',
  });
}

function isBigInts(elements: Elements): elements is BigInt64Array | BigUint64Array {
  return elements instanceof BigInt64Array || elements instanceof BigUint64Array;
}

function notIntegers(dtype: SafeDType, wanted: string): DTypeError {
  return new DTypeError(`a ${dtype} tensor is not read as ${wanted}`, {
    remedy: 'read it with toFloat32 or toFloat64',
  });
}

function dtypeOf(values: Elements): SafeDType {
  if (values instanceof Float32Array) return 'F32';
  if (values instanceof Float64Array) return 'F64';
  // By its name: older engines have none.
  if (values[Symbol.toStringTag] === 'Float16Array') return 'F16';
  if (values instanceof Int32Array) return 'I32';
  if (values instanceof Uint32Array) return 'U32';
  if (values instanceof Int16Array) return 'I16';
  if (values instanceof Uint16Array) return 'U16';
  if (values instanceof Int8Array) return 'I8';
  if (values instanceof BigInt64Array) return 'I64';
  return values instanceof BigUint64Array ? 'U64' : 'U8';
}
