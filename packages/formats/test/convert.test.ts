import { DataError, DTypeError, ShapeError } from '@evenkeel/errors';
import {
  type SafeDType,
  type SafeTensor,
  safeTensor,
  toBigInt64,
  toBool,
  toFloat32,
  toFloat64,
  toInt32,
} from '@evenkeel/formats';
import { describe, expect, test } from 'vitest';

/** A tensor whose data start at an odd byte, as they may in a file. */
function unaligned(tensor: SafeTensor): SafeTensor {
  const buffer = new Uint8Array(tensor.data.length + 1);
  buffer.set(tensor.data, 1);
  return { ...tensor, data: buffer.subarray(1) };
}

const every: [SafeDType, SafeTensor, number[]][] = [
  ['BOOL', safeTensor(new Uint8Array([1, 0]), [2], 'BOOL'), [1, 0]],
  ['U8', safeTensor(new Uint8Array([0, 255])), [0, 255]],
  ['I8', safeTensor(new Int8Array([-128, 127])), [-128, 127]],
  ['U16', safeTensor(new Uint16Array([0, 65535])), [0, 65535]],
  ['I16', safeTensor(new Int16Array([-32768, 32767])), [-32768, 32767]],
  ['U32', safeTensor(new Uint32Array([0, 2 ** 31])), [0, 2 ** 31]],
  ['I32', safeTensor(new Int32Array([-(2 ** 31), 2 ** 30])), [-(2 ** 31), 2 ** 30]],
  ['U64', safeTensor(new BigUint64Array([0n, 2n ** 63n])), [0, 2 ** 63]],
  ['I64', safeTensor(new BigInt64Array([-(2n ** 63n), 2n ** 40n])), [-(2 ** 63), 2 ** 40]],
  ['F16', safeTensor(new Uint16Array([0x3c00, 0xc000]), [2], 'F16'), [1, -2]],
  ['F16', safeTensor(Float16Array.of(1, -2)), [1, -2]],
  ['BF16', safeTensor(new Uint16Array([0x3f80, 0xc000]), [2], 'BF16'), [1, -2]],
  ['F32', safeTensor(new Float32Array([0.5, -1e30])), [0.5, Math.fround(-1e30)]],
  ['F64', safeTensor(new Float64Array([0.5, -(2 ** 100)])), [0.5, -(2 ** 100)]],
];

describe.each(every)('%s', (dtype, tensor, values) => {
  test('is what safeTensor makes of its array', () => {
    expect(tensor).toMatchObject({ dtype, shape: [2] });
  });

  test('is read as float32 and float64, aligned or not, as a copy', () => {
    for (const from of [tensor, unaligned(tensor)]) {
      const floats = toFloat32(from);
      const doubles = toFloat64(from);
      expect(floats).toEqual(Float32Array.from(values));
      expect(doubles).toEqual(Float64Array.from(values));
      expect(floats.buffer).not.toBe(from.data.buffer);
      expect(doubles.buffer).not.toBe(from.data.buffer);
      expect(floats.buffer.byteLength).toBe(8);
    }
  });
});

describe('halves', () => {
  // From the table of examples in the IEEE 754 half-precision article and the layout of its bits.
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c01, 1 + 2 ** -10],
    [0x7bff, 65504],
    [0xfbff, -65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('0x%s as F16 is %d', (bits, value) => {
    expect(toFloat32(safeTensor(new Uint16Array([bits]), [], 'F16'))[0]).toBe(value);
  });

  test.runIf('getFloat16' in DataView.prototype)("all 65536 of them are what the engine's own decoder says", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, index) => index);
    const view = new DataView(bits.buffer) as DataView & { getFloat16(at: number, little: boolean): number };
    const expected = Float32Array.from(bits, (_, index) => view.getFloat16(2 * index, true));
    expect(toFloat32(safeTensor(bits, [256, 256], 'F16'))).toEqual(expected);
  });

  test.each([
    [0x0001, 2 ** -133],
    [0x7f7f, (2 - 2 ** -7) * 2 ** 127],
    [0xff80, Number.NEGATIVE_INFINITY],
    [0x7fc0, Number.NaN],
  ])('0x%s as BF16 is %d', (bits, value) => {
    expect(toFloat32(safeTensor(new Uint16Array([bits]), [], 'BF16'))[0]).toBe(value);
  });
});

describe('integers', () => {
  test('become int32 when they fit, with their sign', () => {
    for (const [dtype, tensor, values] of every.slice(0, 5)) {
      expect(toInt32(tensor), dtype).toEqual(Int32Array.from(values));
    }
    expect(toInt32(safeTensor(new BigInt64Array([-(2n ** 31n), 2n ** 31n - 1n])))).toEqual(
      new Int32Array([-(2 ** 31), 2 ** 31 - 1]),
    );
  });

  test.each([
    ['U32', safeTensor(new Uint32Array([1, 2 ** 31])), '2147483648 at flat index 1'],
    ['I64', safeTensor(new BigInt64Array([-(2n ** 31n) - 1n])), '-2147483649 at flat index 0'],
    ['U64', safeTensor(new BigUint64Array([0n, 0n, 2n ** 32n])), '4294967296 at flat index 2'],
  ])('of dtype %s beyond int32 are an error that says which', (_dtype, tensor, got) => {
    expect(() => toInt32(tensor)).toThrow(DataError);
    expect(() => toInt32(tensor)).toThrow(got);
  });

  test('become 64-bit integers without losing a bit', () => {
    expect(toBigInt64(unaligned(safeTensor(new BigInt64Array([2n ** 62n + 1n]))))).toEqual(
      new BigInt64Array([2n ** 62n + 1n]),
    );
    expect(toBigInt64(safeTensor(new Int8Array([-1])))).toEqual(new BigInt64Array([-1n]));
  });

  test('are not made of floats', () => {
    for (const values of [new Float32Array([1]), new Float64Array([1])]) {
      expect(() => toInt32(safeTensor(values))).toThrow(DTypeError);
      expect(() => toBigInt64(safeTensor(values))).toThrow(DTypeError);
    }
    expect(() => toBigInt64(safeTensor(new BigUint64Array([1n])))).toThrow(DTypeError);
  });
});

test('bools are 0 or 1 and nothing else', () => {
  expect(toBool(safeTensor(new Uint8Array([1, 0]), [2], 'BOOL'))).toEqual(new Uint8Array([1, 0]));
  const wrong = safeTensor(new Uint8Array([1, 2]), [2], 'BOOL');
  expect(() => toBool(wrong)).toThrow('2 at flat index 1');
  expect(() => toFloat32(wrong)).toThrow(DataError);
  expect(() => toBool(safeTensor(new Uint8Array([1])))).toThrow(DTypeError);
});

test('the elements are a copy also where the data are a Buffer, whose own slice is a view', () => {
  const floats = Buffer.from(new Float32Array([1, 2]).buffer);
  expect(toFloat32({ dtype: 'F32', shape: [2], data: floats })).toEqual(new Float32Array([1, 2]));
  expect(toFloat32({ dtype: 'F32', shape: [2], data: floats }).buffer).not.toBe(floats.buffer);
});

test('8-bit floats are kept as they are and not converted', () => {
  const tensor = safeTensor(new Uint8Array([1]), [1], 'F8_E4M3');
  expect(() => toFloat32(tensor)).toThrow(DTypeError);
});

test('safeTensor refuses a shape or a dtype that the array does not have, and does not copy', () => {
  const values = new Float32Array(6);
  expect(() => safeTensor(values, [2, 2])).toThrow(ShapeError);
  expect(() => safeTensor(values, [-2, -3])).toThrow(ShapeError);
  expect(() => safeTensor(values, [6], 'F64')).toThrow(DTypeError);
  const part = safeTensor(values.subarray(2, 4));
  expect(part.data).toEqual(new Uint8Array(8));
  expect(part.data.buffer).toBe(values.buffer);
});
