import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What we promise to run on. Musl and 32-bit variants are for others to need.
const platforms = [/linux.*x64/, /linux.*arm64/, /darwin.*x64/, /darwin.*arm64/, /(win32|windows).*(x64|-64)/];
const otherVariants = /musl|android|freebsd|win32-arm64|windows-arm64|riscv|ppc|s390|loong/;

/**
 * Platform binaries that an installed package wants and the lockfile lacks. Publishers upload the Linux ones first; pnpm
 * then leaves the missing ones out without a word, and the frozen installation of a Mac has no binary.
 */
export function checkLockfile(root: string): string[] {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const store = join(root, 'node_modules', '.pnpm');
  const holes = new Set<string>();
  for (const manifest of installedManifests(store)) {
    const { name, version, optionalDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const dependency of Object.keys(optionalDependencies)) {
      if (otherVariants.test(dependency) || !platforms.some((platform) => platform.test(dependency))) continue;
      if (!isLocked(lockfile, dependency)) holes.add(`${name}@${version} wants ${dependency}: not in pnpm-lock.yaml`);
    }
  }
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']) {
    const binary = `@pnpm/exe.${platform}`;
    if (!isLocked(lockfile, binary)) holes.add(`packageManager wants ${binary}: not in pnpm-lock.yaml`);
  }
  return [...holes].sort();
}

function isLocked(lockfile: string, name: string): boolean {
  return lockfile.includes(`\n  '${name}@`) || lockfile.includes(`\n  ${name}@`);
}

/** The package.json of every package in pnpm's virtual store, each once. */
function installedManifests(store: string): string[] {
  return readdirSync(store).flatMap((key) => {
    const modules = join(store, key, 'node_modules');
    if (!existsSync(modules)) return [];
    return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
      if (entry.isSymbolicLink() || !entry.isDirectory()) return [];
      const names = entry.name.startsWith('@')
        ? readdirSync(join(modules, entry.name), { withFileTypes: true })
            .filter((scoped) => scoped.isDirectory())
            .map((scoped) => join(entry.name, scoped.name))
        : [entry.name];
      return names.map((name) => join(modules, name, 'package.json')).filter((path) => existsSync(path));
    });
  });
}
