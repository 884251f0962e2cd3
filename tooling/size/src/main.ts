import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Prints what each budget weighs, minified and gzipped; fails when one is over. `--json` prints size-limit's own report. */
const folder = join(import.meta.dirname, '..');
const bin = join(folder, 'node_modules', 'size-limit', 'bin.js');
const { stdout, stderr, status } = spawnSync(process.execPath, [bin, '--json'], { cwd: folder, encoding: 'utf8' });

interface Row {
  name: string;
  passed: boolean;
  size: number;
  sizeLimit: number;
}

let rows: Row[] = [];
try {
  rows = JSON.parse(stdout);
} catch {
  console.error(`${stdout}${stderr}`);
}
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(rows));
} else {
  for (const { name, passed, size, sizeLimit } of rows) {
    console.log(`${passed ? '✓' : '✗'} ${name.padEnd(24)} ${kilobytes(size)} of ${kilobytes(sizeLimit)}`);
  }
}
process.exitCode = status ?? 1;

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} kB`;
}
