import { describeBackends } from '../backends.ts';
import { type Console, writeJson } from '../console.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** `evenkeel backends`: what there is to compute on. */
export async function backendsCommand({ json }: { json?: boolean }, console: Console): Promise<ExitCode> {
  const backends = await describeBackends();
  if (json) {
    writeJson(console, { backends });
    return EXIT.ok;
  }
  for (const { name, about, dtypes, threads } of backends) {
    console.out.write(`${name.padEnd(6)}${about}\n`);
    console.out.write(`      ${dtypes.join(', ')}; ${threads} thread${threads === 1 ? '' : 's'}\n`);
  }
  return EXIT.ok;
}
