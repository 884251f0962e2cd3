import { defaultClientConditions, defineConfig } from 'vite';

// With these a page may share memory with its workers, and trains on several threads; without them on one.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the folder may lie anywhere on a host.
  base: './',
  resolve: { conditions: ['@evenkeel/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
  build: { target: 'es2024', modulePreload: { polyfill: false } },
});
