import { join } from 'node:path';
import { packageBudgets, programBudgets, wholeBudgets } from './src/budgets.ts';

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
  return { ...asPageModules(options), splitting: false, plugins: [loadedLater] };
}

function asPageModules(options: EsbuildOptions): EsbuildOptions {
  const conditions = ['@evenkeel/source', 'module'];
  return { ...options, format: 'esm', platform: 'browser', conditions, splitting: true };
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
    modifyEsbuildConfig: asPageModule,
  })),
  ...Object.entries(packageBudgets).map(([name, limit]) => ({
    ...ofPackage(name),
    name,
    limit,
    modifyEsbuildConfig: asPageModule,
  })),
  ...Object.entries(wholeBudgets).map(([name, limit]) => ({
    ...ofPackage(name),
    name: `${name}, all of it`,
    limit,
    modifyEsbuildConfig: asPageModules,
  })),
];
