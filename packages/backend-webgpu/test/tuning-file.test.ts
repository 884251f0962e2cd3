import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tuningFile } from '../src/node.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tuning-'));
  path = join(folder, 'products.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('a file that is not there remembers nothing, and is made with the first text', async () => {
  expect(await tuningFile(path).getItem('one')).toBeUndefined();
  expect(await readdir(folder)).toEqual([]);
  await tuningFile(path).setItem('one', 'text');
  expect(await tuningFile(path).getItem('one')).toBe('text');
  expect(await readdir(folder)).toEqual(['products.json']);
});

test('texts of several names stay side by side, written at once or one after another', async () => {
  const store = tuningFile(path);
  await Promise.all([store.setItem('one', '1'), store.setItem('two', '2')]);
  await tuningFile(path).setItem('three', '3');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ one: '1', two: '2', three: '3' });
});

test('a file that is no JSON is refused when it is read, and replaced when it is written', async () => {
  await writeFile(path, '{"one": "te');
  await expect(tuningFile(path).getItem('one')).rejects.toThrow();
  await tuningFile(path).setItem('two', '2');
  expect(await tuningFile(path).getItem('two')).toBe('2');
});

test('what cannot be written is refused and leaves nothing behind, and the next is written', async () => {
  const store = tuningFile(join(folder, 'missing', 'products.json'));
  await expect(store.setItem('one', '1')).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual([]);
  await expect(store.setItem('two', '2')).rejects.toThrow('ENOENT');
});
