import { join } from 'node:path';
import { packageBudgets, programBudgets } from './src/budgets.ts';

interface EsbuildOptions {
  format?: string;
  platform?: string;
  conditions?: string[];
}

// Bundled from source and as a page would: ES module, no Node.
function asPageModule(options: EsbuildOptions): EsbuildOptions {
  return { ...options, format: 'esm', platform: 'browser', conditions: ['@evenkeel/source', 'module'] };
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
