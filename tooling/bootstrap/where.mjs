// Run inside `npm exec`: prints where the Node and the pnpm that npm put on PATH are.

import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const binary = process.platform === 'win32' ? 'pnpm.exe' : 'pnpm';

// The native binary rather than node_modules/.bin/pnpm: where install scripts are blocked, that one is a placeholder
// which a shell can run but turbo cannot.
function pnpmFolder() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const scope of [join(folder, '..', '@pnpm'), join(folder, '..', 'pnpm', 'node_modules', '@pnpm')]) {
      const names = existsSync(scope) ? readdirSync(scope).filter((name) => name.startsWith('exe.')) : [];
      const native = names.map((name) => join(scope, name)).find((path) => existsSync(join(path, binary)));
      if (native) return native;
    }
    if (existsSync(join(folder, binary))) return folder;
  }
  throw new Error('npm exec put no pnpm on PATH');
}

console.log(JSON.stringify({ node: process.execPath, pnpm: pnpmFolder() }));
