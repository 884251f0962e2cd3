import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Run in a package's folder: packs it as it would be published and checks the tarball, because the manifest in there
 * (no source condition, real versions) is not the one in the repository.
 */
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-pack-'));
try {
  const tarball = JSON.parse(run('pnpm', ['pack', '--json', '--pack-destination', folder])).filename;
  run('publint', ['run', tarball, '--strict']);
  run('attw', [tarball, '--profile', 'esm-only']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(`${program} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  process.exit(1);
}
