import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command that runs its arguments with Mesa's GPU in software, which has what Chromium's has not: float16. */
export const withMesa = fileURLToPath(new URL('../with-mesa', import.meta.url));

/** Why there is no such GPU here; undefined where there is. */
export function mesaIsMissing(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  if (existsSync(join(cache, 'evenkeel', 'mesa', 'driver.json'))) return undefined;
  return "no Mesa's driver in software: `tooling/node-gpu/with-mesa true` unpacks it";
}
