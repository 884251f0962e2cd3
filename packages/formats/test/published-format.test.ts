import { readSafetensors, type SafeTensor, safeTensor, toFloat32, writeSafetensors } from '@evenkeel/formats';
import { describe, expect, test } from 'vitest';
import { fileBytes } from './file-bytes.ts';

// The files below are put together byte by byte from the published definition of the format; the first three are what
// the reference implementation writes for the same tensors, according to its own tests.
const zeroToFive = new Float32Array([0, 1, 2, 3, 4, 5]);
const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0));
const zeroToFiveBytes = [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64];

describe('writeSafetensors gives the bytes of the reference implementation', () => {
  test('for one tensor whose header needs no padding', () => {
    const header = '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}';
    const file = writeSafetensors(new Map([['attn.0', safeTensor(zeroToFive, [1, 2, 3])]]));
    expect([...file]).toEqual([64, 0, 0, 0, 0, 0, 0, 0, ...ascii(header), ...zeroToFiveBytes]);
  });

  test('for one whose header is padded with spaces to eight bytes', () => {
    const header = '{"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       ';
    const file = writeSafetensors(new Map([['attn0', safeTensor(zeroToFive, [1, 1, 2, 3])]]));
    expect([...file]).toEqual([72, 0, 0, 0, 0, 0, 0, 0, ...ascii(header), ...zeroToFiveBytes]);
  });

  test('for no tensors, with metadata or without', () => {
    expect([...writeSafetensors(new Map())]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...ascii('{}      ')]);
    const header = '{"__metadata__":{"framework":"pt"}}     ';
    expect([...writeSafetensors(new Map(), { framework: 'pt' })]).toEqual([40, 0, 0, 0, 0, 0, 0, 0, ...ascii(header)]);
  });
});

describe('writeSafetensors', () => {
  const mixed = new Map<string, SafeTensor>([
    ['flags', safeTensor(new Uint8Array([1, 0, 1]), [3], 'BOOL')],
    ['0', safeTensor(new Float32Array([1, 2]))],
    ['half', safeTensor(new Uint16Array([0x3c00]), [1], 'F16')],
    ['count', safeTensor(new BigInt64Array([7n]), [])],
  ]);

  test('keeps the given order in the header and lays the largest elements first, so that each is aligned', () => {
    const file = writeSafetensors(mixed);
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(new TextDecoder().decode(file.subarray(8, 8 + length)).trimEnd()).toBe(
      '{"flags":{"dtype":"BOOL","shape":[3],"data_offsets":[18,21]},' +
        '"0":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},' +
        '"half":{"dtype":"F16","shape":[1],"data_offsets":[16,18]},' +
        '"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}',
    );
    expect(length % 8).toBe(0);
    expect([...file.subarray(8 + length)]).toEqual([
      ...[7, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 128, 63, 0, 0, 0, 64],
      ...[0, 0x3c],
      ...[1, 0, 1],
    ]);
  });

  test('gives the same bytes for the same input', () => {
    expect(writeSafetensors(mixed, { a: '1' })).toEqual(writeSafetensors(new Map(mixed), { a: '1' }));
  });

  test.each([
    ['its data are not as long as its shape says', 'w', { dtype: 'F32', shape: [2], data: new Uint8Array(4) }],
    ['not as long as its shape says', 'w', { dtype: 'F32', shape: [1.5], data: new Uint8Array(6) }],
    ['not as long as its shape says', 'w', { dtype: 'F32', shape: [-1, -1], data: new Uint8Array(4) }],
    ['its dtype is unknown', 'w', { dtype: 'F31', shape: [1], data: new Uint8Array(4) }],
    ['its dtype is unknown', 'w', { dtype: 'toString', shape: [1], data: new Uint8Array(4) }],
    ['cannot be called "__metadata__"', '__metadata__', { dtype: 'U8', shape: [0], data: new Uint8Array(0) }],
    ['cannot be written as UTF-8', 'w\ud800', { dtype: 'U8', shape: [0], data: new Uint8Array(0) }],
  ])('refuses a tensor because %s', (message, name, tensor) => {
    expect(() => writeSafetensors(new Map([[name, tensor as SafeTensor]]))).toThrow(message);
  });

  test('refuses metadata that is no text', () => {
    expect(() => writeSafetensors(new Map(), { step: 3 as never })).toThrow(/metadata "step"/);
    expect(() => writeSafetensors(new Map(), { step: '\udc00' })).toThrow(/metadata "step"/);
  });

  test('refuses a header that no reader would take', () => {
    expect(() => writeSafetensors(new Map(), { note: 'x'.repeat(100_000_000) })).toThrow(/would be too long/);
  });
});

describe('readSafetensors', () => {
  test('takes tensors in any order, with any spaces, a scalar, an empty one, and data that are not aligned', () => {
    const header = `{ "b" : {"shape":[2],"dtype":"F32" , "data_offsets":[1 , 9]},
      "a":\t{"dtype":"U8","shape":[],"data_offsets":[0,1]},
      "__metadata__":{"format":"pt","note":"a \\"quoted\\" \\u00e9"}, "none":{"dtype":"F64","shape":[3,0],"data_offsets":[9,9]}}\r\n `;
    const file = fileBytes(header, new Uint8Array([42, 0, 0, 128, 63, 0, 0, 0, 64]));
    const { tensors, metadata } = readSafetensors(file);
    expect([...tensors.keys()]).toEqual(['b', 'a', 'none']);
    expect(tensors.get('a')).toEqual({ dtype: 'U8', shape: [], data: new Uint8Array([42]) });
    expect([...toFloat32(tensors.get('b')!)]).toEqual([1, 2]);
    expect(tensors.get('none')).toEqual({ dtype: 'F64', shape: [3, 0], data: new Uint8Array(0) });
    expect(metadata).toEqual({ format: 'pt', note: 'a "quoted" é' });
  });

  test('gives views of the bytes it was given, also of a part of a larger buffer', () => {
    const file = writeSafetensors(new Map([['w', safeTensor(new Uint8Array([1, 2, 3]))]]));
    const larger = new Uint8Array(file.length + 5);
    larger.set(file, 5);
    const { data } = readSafetensors(larger.subarray(5)).tensors.get('w')!;
    expect([...data]).toEqual([1, 2, 3]);
    expect(data.buffer).toBe(larger.buffer);
    const fromBuffer = readSafetensors(Buffer.from(file)).tensors.get('w')!.data;
    expect(Buffer.isBuffer(fromBuffer)).toBe(false);
  });

  test('takes names that mean something to JavaScript for what they are', () => {
    const names = ['__proto__', 'constructor', '10', '9', '', 'ключ "1"\\\n'];
    const tensors = new Map(names.map((name, index) => [name, safeTensor(new Uint8Array([index]))]));
    const metadata = Object.fromEntries(names.map((name) => [name, name]));
    const back = readSafetensors(writeSafetensors(tensors, metadata));
    expect([...back.tensors.keys()]).toEqual(names);
    expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
    expect(Object.getPrototypeOf(back.metadata)).toBe(Object.prototype);
  });
});
