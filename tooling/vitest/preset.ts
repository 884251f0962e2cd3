import { defineConfig } from 'vitest/config';
import { packageName, selfAlias } from './package-name.ts';

/**
 * Unit tests of one package under Node: `test/**`, without `test/browser`.
 * Workspace packages resolve to their sources, so no build is needed.
 */
export function unit(root: string) {
  return defineConfig({
    root,
    resolve: { alias: selfAlias(root) },
    ssr: {
      // Setting conditions replaces the defaults, hence the list in full.
      resolve: { conditions: ['@evenkeel/source', 'module', 'node', 'development|production'] },
    },
    test: {
      name: packageName(root),
      include: ['test/**/*.test.ts'],
      exclude: ['test/browser/**', '**/node_modules/**', '**/dist/**'],
      passWithNoTests: true,
      // Training takes as long as the machine is busy; only a hang should fail by the clock.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: ['default', 'json'],
      // Counted by tooling/checks after the run, also when turbo replays it.
      outputFile: { json: 'test-results/unit.json' },
    },
  });
}
