import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  name: string;
  exports?: Record<string, string | { '@evenkeel/source'?: string }>;
}

function manifest(root: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

export function packageName(root: string): string {
  return manifest(root).name;
}

/** A package may import itself by name, as the example in its README does. */
export function selfAlias(root: string): { find: RegExp; replacement: string }[] {
  const { name, exports = {} } = manifest(root);
  return Object.entries(exports).flatMap(([entry, target]) => {
    const source = typeof target === 'string' ? undefined : target['@evenkeel/source'];
    if (!source) return [];
    return [{ find: new RegExp(`^${name}${entry.slice(1)}$`), replacement: join(root, source) }];
  });
}
