import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkImports } from '../src/imports.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-imports-'));
  mkdirSync(join(root, 'packages/a/src'), { recursive: true });
  const manifest = { name: '@x/a', dependencies: { '@x/b': '1' }, devDependencies: { '@x/c': '1' } };
  writeFileSync(join(root, 'packages/a/package.json'), JSON.stringify(manifest));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function check(source: string): string[] {
  writeFileSync(join(root, 'packages/a/src/index.ts'), source);
  return checkImports(root);
}

test.each([
  "import { b } from '@x/b';",
  "import type { B } from '@x/b/node';",
  "import { own } from '@x/a';",
  "import { readFileSync } from 'node:fs';",
  "export * from './other.ts';",
  '// takes it from @x/c',
])('%s is fine', (source) => {
  expect(check(source)).toEqual([]);
});

test.each([
  "import { c } from '@x/c';",
  "import {\n  c,\n} from '@x/c/deep';",
  "import type { C } from '@x/c';",
  "import '@x/c';",
  "export * from '@x/c';",
  "const c = await import('@x/c');",
])('%s is refused, since only development installs it', (source) => {
  expect(check(source)).toEqual(['packages/a/src/index.ts imports @x/c: not among the dependencies of @x/a']);
});
