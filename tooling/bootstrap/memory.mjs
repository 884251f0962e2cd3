import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Inside node_modules, so that removing that removes the memory of having filled it.
const memoryPath = (root) => join(root, 'node_modules', '.evenkeel', 'bootstrap.json');

/**
 * What earlier calls in this checkout found and did.
 * @returns {{ installed?: string, toolchains?: Record<string, { node: string, pnpm: string }> }}
 */
export function readMemory(root) {
  try {
    return JSON.parse(readFileSync(memoryPath(root), 'utf8'));
  } catch {
    return {};
  }
}

/** Adds to what is remembered. */
export function writeMemory(root, news) {
  const path = memoryPath(root);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...readMemory(root), ...news }, null, 2)}\n`);
}
