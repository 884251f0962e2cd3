import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@evenkeel/errors';
import { safeTensor, writeSafetensors } from '@evenkeel/formats';
import { readSafetensorsFile, sha256, writeSafetensorsFile } from '@evenkeel/formats/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-'));
  path = join(folder, 'model.safetensors');
});
afterEach(() => rm(folder, { recursive: true }));

const tensors = new Map([['w', safeTensor(new Float32Array([1, 2, 3]))]]);

test('a file holds the bytes of writeSafetensors and is read back', async () => {
  await writeSafetensorsFile(path, tensors, { step: '7' });
  expect(new Uint8Array(await readFile(path))).toEqual(writeSafetensors(tensors, { step: '7' }));
  expect(await readSafetensorsFile(path)).toEqual({ tensors, metadata: { step: '7' } });
});

test('a file that is missing, a folder or damaged is an error that names the path', async () => {
  const error = await readSafetensorsFile(path).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toMatch(`cannot read ${path}: the file or its folder is not there`);
  await expect(readSafetensorsFile(folder)).rejects.toThrow(`cannot read ${folder}: it is a folder`);
  await writeSafetensorsFile(path, tensors);
  await truncate(path, 70);
  const damage = await readSafetensorsFile(path).catch((thrown) => thrown);
  expect(damage).toBeInstanceOf(DataError);
  expect(damage.message).toContain('tensor "w": its data go beyond the end of the file');
  expect(damage.message).toContain(`while reading ${path}`);
});

test('tensors that cannot be written leave the file alone', async () => {
  await writeFile(path, 'old');
  const wrong = new Map([['w', { dtype: 'F32' as const, shape: [9], data: new Uint8Array(4) }]]);
  await expect(writeSafetensorsFile(path, wrong)).rejects.toThrow(/tensor "w"/);
  expect(await readFile(path, 'utf8')).toBe('old');
});

// FIPS 180-2, appendix B.1, and the digest of nothing.
test('sha256 is the standard one', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
