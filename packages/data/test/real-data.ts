import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';

const folder = process.env['EVENKEEL_DATA'] ?? '';

/** A test that reads a file of the folder EVENKEEL_DATA; without the file it is skipped, and its name says why. */
export function testWithData(
  name: string,
  file: string,
  run: (path: string) => void | Promise<void>,
  timeout?: number,
) {
  const path = join(folder, file);
  if (folder !== '' && existsSync(path)) test(name, () => run(path), timeout);
  else test.skip(`${name} (needs EVENKEEL_DATA with ${file})`, () => {});
}
