import { DataError } from '@evenkeel/errors';
import { readSafetensors, type SafeTensor, writeSafetensors } from '@evenkeel/formats';
import { describe, expect, test } from 'vitest';
import { fileBytes, randomNumbers } from './file-bytes.ts';

const sizes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};
const dtypes = Object.keys(sizes) as (keyof typeof sizes)[];
const letters = ['a', 'weight', '.', '0', '"', '\\', '\n', 'é', '漢', '😀', ' ', '__proto__'];

function generator(seed: number) {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
  const text = () => Array.from({ length: below(5) }, () => pick(letters)).join('');
  const tensor = (): SafeTensor => {
    const dtype = pick(dtypes);
    const shape = Array.from({ length: below(4) }, () => below(4));
    const bytes = shape.reduce((product, size) => product * size, sizes[dtype]);
    return { dtype, shape, data: Uint8Array.from({ length: bytes }, () => below(256)) };
  };
  const content = () => ({
    tensors: new Map(Array.from({ length: below(6) }, () => [text(), tensor()] as const)),
    metadata: Object.fromEntries(Array.from({ length: below(3) }, () => [text(), text()])),
  });
  return { below, pick, content };
}

/** Reads a file that may be damaged. It must be refused with a DataError or be sound. */
function readOrRefuse(file: Uint8Array): 'read' | 'refused' {
  try {
    const { tensors } = readSafetensors(file);
    let covered = 0;
    for (const { dtype, shape, data } of tensors.values()) {
      expect(data.length).toBe(shape.reduce((product, size) => product * size, sizes[dtype]));
      covered += data.length;
    }
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    expect(8 + length + covered).toBe(file.length);
    return 'read';
  } catch (error) {
    if (error instanceof DataError) return 'refused';
    throw error;
  }
}

test('what is written is read back, and writing that gives the same bytes (500 random files)', () => {
  const { content } = generator(1);
  for (let round = 0; round < 500; round++) {
    const { tensors, metadata } = content();
    const file = writeSafetensors(tensors, metadata);
    const back = readSafetensors(file);
    expect([...back.tensors]).toEqual([...tensors]);
    expect(back.metadata).toEqual(metadata);
    expect(writeSafetensors(back.tensors, back.metadata)).toEqual(file);
  }
});

describe('a damaged file is refused with a DataError or is sound', () => {
  const counts = (results: string[]) => results.filter((result) => result === 'refused').length;

  test('with one to four bytes changed (8000 files)', () => {
    const { below, content } = generator(2);
    const results = Array.from({ length: 8000 }, () => {
      const { tensors, metadata } = content();
      const file = writeSafetensors(tensors, metadata);
      const header = Number(new DataView(file.buffer).getBigUint64(0, true));
      for (let change = 0; change <= below(4); change++) file[below(8 + header)] = below(256);
      return readOrRefuse(file);
    });
    expect(counts(results)).toBeGreaterThan(4000);
  });

  test('with a piece of the header left out, doubled or replaced by another piece of JSON (8000 files)', () => {
    const { below, pick, content } = generator(3);
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '0',
      '-1',
      '1e9',
      '9007199254740992',
      'null',
      'true',
      '""',
      '{}',
      '[]',
    ];
    const results = Array.from({ length: 8000 }, () => {
      const { tensors, metadata } = content();
      const file = writeSafetensors(tensors, metadata);
      const end = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      const text = new TextDecoder('latin1').decode(file.subarray(8, end));
      const from = below(text.length);
      const to = from + below(12);
      const middle = pick(['', text.slice(from, to).repeat(2), pick(pieces)]);
      const changed = Buffer.from(text.slice(0, from) + middle + text.slice(to), 'latin1');
      return readOrRefuse(fileBytes(changed, file.subarray(end)));
    });
    expect(counts(results)).toBeGreaterThan(4000);
    expect(counts(results)).toBeLessThan(8000);
  });

  test('with only its numbers changed (4000 files)', () => {
    const { below, pick, content } = generator(4);
    const numbers = ['0', '1', '2', '3', '4', '8', '16', '4294967296', '9007199254740991', '18446744073709551615'];
    const results = Array.from({ length: 4000 }, () => {
      const file = writeSafetensors(content().tensors);
      const end = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      const text = new TextDecoder().decode(file.subarray(8, end));
      const changed = text.replace(/(?<=[[,])\d+(?=[\],])/g, (number) => (below(4) === 0 ? pick(numbers) : number));
      return readOrRefuse(fileBytes(changed, file.subarray(end)));
    });
    expect(counts(results)).toBeGreaterThan(1000);
    expect(counts(results)).toBeLessThan(4000);
  });

  test('of random bytes behind a length that fits (4000 files)', () => {
    const { below } = generator(5);
    const results = Array.from({ length: 4000 }, () => {
      const header = Uint8Array.from({ length: below(40) }, () => below(128));
      header[0] = 0x7b;
      return readOrRefuse(fileBytes(header, below(9)));
    });
    expect(counts(results)).toBeGreaterThan(3900);
  });
});
