import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');

function runSource(path: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--conditions=@evenkeel/source', path], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

test.each(['mlp.ts', 'mlp-compiled.ts'])(
  '%s, whose size is measured, trains a network that knows exclusive or',
  (name) => {
    expect(runSource(join(folder, 'src', name))).toContain('0,1,1,0');
  },
);

test('the example on the first screen of the README runs as it stands, and its loss goes down', () => {
  const readme = readFileSync(join(folder, '../../README.md'), 'utf8');
  const [, example] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
  expect(example).toBeDefined();
  // Inside this folder, whose package.json names what the example imports.
  const results = join(folder, 'test-results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'readme.ts'), example as string);
  const losses = runSource(join(results, 'readme.ts'))
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[1]));
  expect(losses.length).toBeGreaterThan(1);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
});
