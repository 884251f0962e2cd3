import { join } from 'node:path';
import { packageBudgets, programBudgets } from './src/budgets.ts';

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
}

// What is asked for by `import()` is a file of its own, which a page loads only when it gets there.
const loadedLater: Plugin = {
  name: 'loaded later',
  setup(build) {
    build.onResolve({ filter: /^/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

// Bundled from source and as a page would: ES module, no Node.
function asPageModule(options: EsbuildOptions): EsbuildOptions {
  const conditions = ['@evenkeel/source', 'module'];
  return { ...options, format: 'esm', platform: 'browser', conditions, plugins: [loadedLater] };
}

const root = join(import.meta.dirname, '..', '..');

export default [
  ...Object.entries(programBudgets).map(([name, { entry, limit }]) => ({
    name,
    path: join(import.meta.dirname, entry),
    limit,
    gzip: true,
    ignore: ['node:*'],
    modifyEsbuildConfig: asPageModule,
  })),
  ...Object.entries(packageBudgets).map(([name, limit]) => ({
    name,
    path: join(root, 'packages', name, 'src/index.ts'),
    limit,
    gzip: true,
    ignore: ['@evenkeel/*', 'node:*'],
    modifyEsbuildConfig: asPageModule,
  })),
];
