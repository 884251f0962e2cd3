import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkFiles } from '../src/files.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-files-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, lines = 1): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), 'a;\n'.repeat(lines));
}

test('500 lines are fine and 501 are not', () => {
  write('packages/a/src/long.ts', 500);
  expect(checkFiles(root)).toEqual([]);
  write('packages/a/src/longer.ts', 501);
  expect(checkFiles(root)).toEqual([expect.stringContaining('packages/a/src/longer.ts: 501 lines')]);
});

test.each(['packages/a/src/utils.ts', 'apps/b/test/helpers.test.ts', 'tooling/c/src/common/sum.ts'])(
  '%s is refused for a name that says nothing',
  (path) => {
    write(path);
    expect(checkFiles(root)).toHaveLength(1);
  },
);

test('what was installed, built or generated is nobody’s to name', () => {
  for (const folder of ['node_modules/x', 'dist', 'src/generated', 'test-results'])
    write(`packages/a/${folder}/utils.ts`, 600);
  expect(checkFiles(root)).toEqual([]);
});
