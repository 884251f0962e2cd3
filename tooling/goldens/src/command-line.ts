import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What the command was asked for. */
export interface CommandLine {
  folder: string;
  backend: string;
  only: RegExp | undefined;
  json: boolean;
}

export const usage =
  'usage: pnpm goldens [folder] [--backend wasm|cpu|webgpu|all] [--only <regular expression>] [--json]';

/** @throws Error for an unknown option, a second folder or a broken regular expression */
export function readCommandLine(words: readonly string[], startedIn = process.cwd()): CommandLine {
  const { values, positionals } = parseArgs({
    // pnpm hands the -- of "pnpm goldens -- folder" on.
    args: words[0] === '--' ? words.slice(1) : [...words],
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'all' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 1) throw new Error(`one folder is expected, got ${positionals.join(' and ')}`);
  const [folder] = positionals;
  return {
    folder:
      folder === undefined
        ? join(import.meta.dirname, '../cases')
        : join(folder.startsWith('/') ? '/' : startedIn, folder),
    backend: values.backend,
    only: values.only === undefined ? undefined : new RegExp(values.only),
    json: values.json,
  };
}
