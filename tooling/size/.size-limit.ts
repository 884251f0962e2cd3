import { join } from 'node:path';
import { laterBudgets, packageBudgets, programBudgets } from './src/budgets.ts';

interface Import {
  readonly path: string;
  readonly kind: string;
}

interface Plugin {
  readonly name: string;
  setup(build: { onResolve(which: { filter: RegExp }, resolve: (asked: Import) => object | undefined): void }): void;
}

interface EsbuildOptions {
  format?: string;
  platform?: string;
  conditions?: string[];
  plugins?: Plugin[];
  splitting?: boolean;
}

/** What is asked for by `import()` is a file of its own, which a page loads only when it gets there: it counts if it is among these. */
function laterFiles(counted?: RegExp): Plugin {
  return {
    name: 'loaded later',
    setup(build) {
      build.onResolve({ filter: /^/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && !counted?.test(path) ? { path, external: true } : undefined,
      );
    },
  };
}

/** Bundled from source and as a page would: ES modules, no Node. */
function asPage(counted?: RegExp) {
  return (options: EsbuildOptions): EsbuildOptions => {
    const conditions = ['@evenkeel/source', 'module'];
    const plugins = [laterFiles(counted)];
    return { ...options, format: 'esm', platform: 'browser', conditions, plugins, splitting: counted !== undefined };
  };
}

const root = join(import.meta.dirname, '..', '..');

const ofPackage = (name: string) => ({
  path: join(root, 'packages', name, 'src/index.ts'),
  gzip: true,
  ignore: ['@evenkeel/*', 'node:*'],
});

export default [
  ...Object.entries(programBudgets).map(([name, { entry, limit }]) => ({
    name,
    path: join(import.meta.dirname, entry),
    limit,
    gzip: true,
    ignore: ['node:*'],
    modifyEsbuildConfig: asPage(),
  })),
  ...Object.entries(packageBudgets).map(([name, limit]) => ({
    ...ofPackage(name),
    name,
    limit,
    modifyEsbuildConfig: asPage(),
  })),
  ...Object.entries(laterBudgets).map(([title, { name, later, limit }]) => ({
    ...ofPackage(name),
    name: title,
    limit,
    modifyEsbuildConfig: asPage(later),
  })),
];
