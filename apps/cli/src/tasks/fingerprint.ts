import { readFileSync } from 'node:fs';
import { DataError } from '@evenkeel/errors';
import { sha256 } from '@evenkeel/formats/node';
import type { RunConfig } from '../run-config.ts';

/** One checksum over files, in their order. */
export async function fingerprint(paths: readonly string[]): Promise<string> {
  const sums: string[] = [];
  for (const path of paths) sums.push(await sha256(readFileSync(path)));
  return sha256(new TextEncoder().encode(sums.join('\n')));
}

/**
 * Refuses to go on with data that has changed since the run began.
 *
 * @throws DataError
 */
export function requireSameFingerprint({ data }: RunConfig, found: string): void {
  if (data.sha256 === found) return;
  throw new DataError(`${data.path} has changed since the run began`, {
    got: `checksum ${found}`,
    expected: data.sha256,
    remedy: 'put the data back as it was, or begin a new run',
  });
}
