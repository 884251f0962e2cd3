import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Sources of a published package that import what is only among its devDependencies, or nowhere in its manifest. In the
 * workspace such an import works; for whoever installs the package it does not.
 */
export function checkImports(root: string): string[] {
  return globSync('{packages,apps}/*/package.json', { cwd: root }).flatMap((manifest) => {
    const folder = join(root, manifest, '..');
    const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
    const available = new Set([name, ...Object.keys(dependencies)]);
    return globSync('src/**/*.ts', { cwd: folder }).flatMap((file) =>
      importedPackages(readFileSync(join(folder, file), 'utf8'))
        .filter((imported) => !available.has(imported))
        .map((imported) => `${join(manifest, '..', file)} imports ${imported}: not among the dependencies of ${name}`),
    );
  });
}

/** Names of the packages that a source imports, statically or not; Node's own modules and relative paths are none. */
function importedPackages(source: string): string[] {
  const specifiers = source.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...specifiers]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
