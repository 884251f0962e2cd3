import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  ignoreExportsUsedInFile: true,
  // PyTorch has two names for some operations, and so have we.
  exclude: ['duplicates'],
  // The examples in a README run as tests; what they import is used.
  compilers: {
    md: (text: string) => [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('\n'),
  },
  ignore: ['*.md', 'docs/**', 'tooling/**/*.md'],
  // Spread as whole modules into one table.
  ignoreIssues: { 'tooling/conformance/src/cases/*.ts': ['exports', 'nsExports'] },
  workspaces: {
    '.': {
      entry: [],
      // Run as programs by tooling/checks and by people.
      ignoreDependencies: ['@arethetypeswrong/cli', '@biomejs/biome', 'publint', 'turbo', 'vitest'],
    },
    'packages/*': { entry: ['README.md', 'test/**/*.ts'] },
    'apps/*': { entry: ['README.md', 'test/**/*.ts'] },
    'apps/playground': { entry: ['index.html', 'README.md', 'src/experiment/worker.ts', 'test/**/*.ts'] },
    'tooling/*': { entry: ['src/main.ts', 'test/**/*.ts'] },
    examples: { entry: ['*.ts'] },
    'tooling/bootstrap': { entry: ['*.mjs', 'test/**/*.ts'] },
    'tooling/bench': {
      // Started as processes of their own.
      entry: [
        'src/main.ts',
        'src/peers-main.ts',
        'src/contenders/{even-keel,peak}.ts',
        'src/contenders/chromium/{main,worker}.ts',
        'src/peers/*/main.mjs',
        // By the name of a style.
        'src/peers/tensorflow-js/*/make-step.mjs',
        'src/peers/jax-js/*-layers.mjs',
        'test/**/*.ts',
      ],
    },
    'tooling/size': { entry: ['src/main.ts', 'src/mlp.ts', 'src/mlp-compiled.ts', 'test/**/*.ts'] },
  },
};

export default config;
