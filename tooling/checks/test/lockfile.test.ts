import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLockfile } from '../src/lockfile.ts';

let root: string;

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];
const pnpm = platforms.map((platform) => `@pnpm/exe.${platform}`);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evenkeel-lockfile-'));
  install('fast', [...platforms.map((platform) => `@fast/${platform}`), '@fast/linux-x64-musl', '@fast/freebsd-x64']);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function install(name: string, binaries: string[]): void {
  const folder = join(root, 'node_modules/.pnpm', `${name}@1.0.0`, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  const optionalDependencies = Object.fromEntries(binaries.map((binary) => [binary, '1.0.0']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', optionalDependencies }));
}

function lock(names: string[]): void {
  writeFileSync(join(root, 'pnpm-lock.yaml'), `packages:\n${names.map((name) => `  '${name}@1.0.0':\n`).join('')}`);
}

test('a lockfile with the binaries of every promised platform passes; others are not asked for', () => {
  lock([...pnpm, ...platforms.map((platform) => `@fast/${platform}`)]);
  expect(checkLockfile(root)).toEqual([]);
});

test.each(platforms)('a lockfile without the binary for %s is refused, by name', (missing) => {
  lock([...pnpm, ...platforms.filter((platform) => platform !== missing).map((platform) => `@fast/${platform}`)]);
  expect(checkLockfile(root)).toEqual([`fast@1.0.0 wants @fast/${missing}: not in pnpm-lock.yaml`]);
});

test('a lockfile that does not hold pnpm itself for every platform is refused', () => {
  lock([...pnpm.slice(1), ...platforms.map((platform) => `@fast/${platform}`)]);
  expect(checkLockfile(root)).toEqual(['packageManager wants @pnpm/exe.linux-x64: not in pnpm-lock.yaml']);
});
