import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { packageName, selfAlias } from './package-name.ts';

/**
 * Unit tests of one package under Node: `test/**`, without `test/browser` and `test/gpu`. Those in `test/joined` run in a Node whose V8
 * joins vectors in all WebAssembly that it compiles, at once; it can on x64 only.
 */
export function unit(root: string) {
  const own = { include: ['test/**/*.test.ts'], exclude: ['test/browser/**', 'test/gpu/**'] };
  if (!existsSync(join(root, 'test/joined'))) return inNode(root, 'unit', own);
  const config = inNode(root, 'unit', { include: [], exclude: [] });
  const plain = { name: packageName(root), include: own.include, exclude: [...own.exclude, 'test/joined/**'] };
  const joined = {
    name: `${packageName(root)} (vectors joined)`,
    include: ['test/joined/**/*.test.ts'],
    execArgv: ['--experimental-wasm-revectorize', '--no-liftoff'],
  };
  const projects = process.arch === 'x64' ? [plain, joined] : [plain];
  return { ...config, test: { ...config.test, projects: projects.map((test) => ({ extends: true as const, test })) } };
}

/** What a GPU, mostly one in software, takes too long for to be part of every run: `test/gpu/**`, by `npm run test:gpu`. */
export function gpu(root: string) {
  return inNode(root, 'gpu', { include: ['test/gpu/**/*.test.ts'], exclude: [] });
}

/** Workspace packages resolve to their sources, so no build is needed. */
function inNode(root: string, kind: 'unit' | 'gpu', { include, exclude }: { include: string[]; exclude: string[] }) {
  return defineConfig({
    root,
    resolve: { alias: selfAlias(root) },
    ssr: {
      // Setting conditions replaces the defaults, hence the list in full.
      resolve: { conditions: ['@evenkeel/source', 'module', 'node', 'development|production'] },
    },
    test: {
      name: kind === 'unit' ? packageName(root) : `${packageName(root)} (${kind})`,
      include,
      exclude: [...exclude, '**/node_modules/**', '**/dist/**'],
      passWithNoTests: true,
      // Training takes as long as the machine is busy; only a hang should fail by the clock.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      reporters: ['default', 'json'],
      // Counted by tooling/checks after the run, also when turbo replays it.
      outputFile: { json: `test-results/${kind}.json` },
    },
  });
}
