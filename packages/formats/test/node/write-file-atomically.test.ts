import * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@evenkeel/errors';
import { removeTemporaryFiles, type WritingFileSystem, writeFileAtomically } from '@evenkeel/formats/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
let path: string;
const content = () => promises.readFile(path, 'utf8');

beforeEach(async () => {
  folder = await promises.mkdtemp(join(tmpdir(), 'evenkeel-'));
  path = join(folder, 'model.safetensors');
  await promises.writeFile(path, 'old');
});
afterEach(() => promises.rm(folder, { recursive: true }));

type Step =
  | 'open'
  | 'writeFile'
  | 'sync'
  | 'close'
  | 'rename'
  | 'unlink'
  | 'open folder'
  | 'sync folder'
  | 'close folder';

/** The real file system, which writes down its steps and fails at one of them. */
function failing(at: Step | undefined, code: string, steps: Step[] = []): WritingFileSystem {
  const step = (name: Step) => {
    steps.push(name);
    if (name === at) throw Object.assign(new Error(`${code}: no, ${name}`), { code });
  };
  return {
    async open(file, flags) {
      const suffix = file === folder ? ' folder' : '';
      step(`open${suffix}` as Step);
      const handle = await promises.open(file, flags);
      return {
        // A disk that fills up has taken part of the bytes already.
        async writeFile(content) {
          await handle.writeFile(content.slice(0, 2));
          step('writeFile');
          await handle.writeFile(content.slice(2));
        },
        async sync() {
          step(`sync${suffix}` as Step);
          await handle.sync();
        },
        async close() {
          await handle.close();
          step(`close${suffix}` as Step);
        },
      };
    },
    async rename(from, to) {
      step('rename');
      await promises.rename(from, to);
    },
    async unlink(file) {
      step('unlink');
      await promises.unlink(file);
    },
  };
}

const bytes = new TextEncoder().encode('the new content');

describe('writeFileAtomically', () => {
  test('replaces the content, as bytes or as text, and leaves nothing else behind', async () => {
    await writeFileAtomically(path, bytes);
    expect(await content()).toBe('the new content');
    await writeFileAtomically(path, 'as text: é');
    expect(await content()).toBe('as text: é');
    expect(await promises.readdir(folder)).toEqual(['model.safetensors']);
  });

  test('makes a file that was not there', async () => {
    await writeFileAtomically(join(folder, 'new'), bytes);
    expect(await promises.readFile(join(folder, 'new'), 'utf8')).toBe('the new content');
  });

  test('syncs the file before it renames it, and the folder afterwards', async () => {
    const steps: Step[] = [];
    await writeFileAtomically(path, bytes, { fs: failing(undefined, '', steps) });
    const file = ['open', 'writeFile', 'sync', 'close', 'rename'];
    expect(steps).toEqual([...file, 'open folder', 'sync folder', 'close folder']);
  });

  test.each(['open', 'writeFile', 'sync', 'close', 'rename'] as const)(
    'on a disk that is full at %s says so, keeps the old file and removes the temporary one',
    async (at) => {
      const error = await writeFileAtomically(path, bytes, { fs: failing(at, 'ENOSPC') }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/: the disk is full; what was there before is unchanged\n/);
      expect(error.message).toContain(`cannot write ${path}`);
      expect(error.remedy).toContain('free some space');
      expect(error.cause).toMatchObject({ code: 'ENOSPC' });
      expect(await content()).toBe('old');
      expect(await promises.readdir(folder)).toEqual(['model.safetensors']);
    },
  );

  test('leaves the old file whole at every moment before the rename', async () => {
    const seen: string[] = [];
    const fs = failing(undefined, '');
    const watched = {
      ...fs,
      rename: async (from: string, to: string) => {
        seen.push(await content());
        await fs.rename(from, to);
        seen.push(await content());
      },
    };
    await writeFileAtomically(path, bytes, { fs: watched });
    expect(seen).toEqual(['old', 'the new content']);
  });

  test.each([
    ['EACCES', 'permission was denied'],
    ['EROFS', 'the disk is read-only'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EIO', 'the file system failed'],
  ])('explains %s', async (code, message) => {
    await expect(writeFileAtomically(path, bytes, { fs: failing('writeFile', code) })).rejects.toThrow(message);
  });

  test('explains a folder that does not exist', async () => {
    const nowhere = join(folder, 'no', 'model.safetensors');
    await expect(writeFileAtomically(nowhere, bytes)).rejects.toThrow(
      /cannot write .*no.model\.safetensors: the file or/,
    );
  });

  test('does not claim the old file is there when only the folder could not be synced', async () => {
    const error = await writeFileAtomically(path, bytes, { fs: failing('sync folder', 'EIO') }).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/the new file is in place/);
    expect(await content()).toBe('the new content');
  });

  test.each(['EINVAL', 'EPERM'])('takes a file system that cannot sync folders (%s) as it is', async (code) => {
    await writeFileAtomically(path, bytes, { fs: failing('sync folder', code) });
    expect(await content()).toBe('the new content');
  });

  test('writes the same path twice at once without mixing the two', async () => {
    const contents = ['a'.repeat(1 << 20), 'b'.repeat(1 << 20)];
    await Promise.all(contents.map((text) => writeFileAtomically(path, text)));
    expect(contents).toContain(await content());
  });
});

test('removeTemporaryFiles deletes what a killed writer left, and nothing else', async () => {
  const left: string[] = [];
  const fs = { ...failing('rename', 'EIO'), unlink: async () => {} };
  await writeFileAtomically(path, bytes, { fs }).catch(() => {});
  left.push(...(await promises.readdir(folder)).filter((name) => name !== 'model.safetensors'));
  expect(left).toHaveLength(1);
  const kept = ['.hidden.tmp', 'model.0123abcd.tmp', '.model.0123abcd.tmp2'];
  for (const name of kept) await promises.writeFile(join(folder, name), '');
  expect(await removeTemporaryFiles(folder)).toEqual(left);
  expect((await promises.readdir(folder)).sort()).toEqual([...kept, 'model.safetensors'].sort());
});
