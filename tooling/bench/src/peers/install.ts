import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pins } from './pins.ts';

/**
 * Installs the pinned peers into a folder of their own below the system's temporary one, unless they are there: they are no
 * part of this workspace, and nobody but this command needs them.
 *
 * @returns the folder
 * @throws Error with npm's words when it fails
 */
export function installPeers(): string {
  const versions = Object.entries(pins).map(([name, version]) => `${name.split('/').at(-1)}-${version}`);
  const folder = join(tmpdir(), `evenkeel-bench-peers-${versions.join('-')}`);
  const finished = join(folder, 'installed');
  if (existsSync(finished)) return folder;
  console.error('Installing the peers ...');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: pins }));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
  const { status, stderr, error } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm could not install the peers: ${error?.message ?? stderr}`);
  writeFileSync(finished, '');
  return folder;
}
