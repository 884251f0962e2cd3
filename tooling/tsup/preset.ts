import { defineConfig } from 'tsup';

interface LibraryOptions {
  /** Entry files, one per public entry of the package. Default: `src/index.ts`. */
  entry?: string[];
  /** `neutral` (Node and pages, the default) or `node`. */
  platform?: 'neutral' | 'node';
}

/** The build of every package: ESM with source maps; declarations come from `tsc -p tsconfig.build.json`. */
export function library({ entry = ['src/index.ts'], platform = 'neutral' }: LibraryOptions = {}) {
  return defineConfig({
    entry,
    platform,
    format: 'esm',
    target: 'es2024',
    sourcemap: true,
    clean: true,
    // tsup's declaration bundler needs TypeScript 6.
    dts: false,
    // The entries of one package share chunks, so that an error class exists once.
    splitting: true,
    external: [/^node:/],
    silent: true,
  });
}
