import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readMemory, writeMemory } from './memory.mjs';

const groups = ['packages', 'apps', 'tooling'];

/** Installs what the lockfile names, unless that was done for exactly these manifests before. */
export function installDependencies(root, toolchain) {
  const manifests = workspaceManifests(root);
  const stamp = installStamp(root, manifests);
  if (readMemory(root).installed === stamp && manifests.every((manifest) => isLinked(root, manifest))) return;

  console.error('Installing dependencies ...');
  const installed = spawnSync(
    join(toolchain.pnpm, 'pnpm'),
    ['install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: root,
      // CI makes pnpm rebuild a foreign node_modules without asking.
      env: { ...toolchain.env, CI: 'true' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  if (installed.status !== 0) {
    console.error(`${installed.stdout ?? ''}${installed.stderr ?? ''}${installed.error?.message ?? ''}`);
    console.error('Installing the dependencies failed; see the lines above.');
    process.exit(1);
  }
  writeMemory(root, { installed: stamp });
}

function workspaceManifests(root) {
  return groups.flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(group, name, 'package.json'))
      .filter((manifest) => existsSync(join(root, manifest))),
  );
}

function installStamp(root, manifests) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function isLinked(root, manifest) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
  const [first] = Object.keys({ ...dependencies, ...devDependencies });
  return !first || existsSync(join(root, manifest, '..', 'node_modules', first));
}
