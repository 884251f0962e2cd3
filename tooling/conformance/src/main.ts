import { ConfigError } from '@evenkeel/errors';
import { backends, type ListedBackend } from './backends.ts';
import { checkBackend } from './check-backend.ts';
import { type CommandLine, readCommandLine, usage } from './command-line.ts';
import { type BackendReport, lines } from './report.ts';

/** Checks backends and prints, for each, how many cases of every primitive passed. Exits 1 if any failed, 2 if it could not start. */
async function main(words: readonly string[]): Promise<number> {
  const asked = readCommandLine(words);
  const reports: BackendReport[] = [];
  for (const name of asked.backends) {
    const absence = asked.host === 'node' ? await backends[name]?.absence?.() : undefined;
    if (absence !== undefined) {
      // Whoever asks for it by name wants to know that it was not checked.
      if (asked.backends.length === 1) throw new ConfigError(`the backend ${name} cannot be checked`, { got: absence });
      console.log(`SKIP ${name}: ${absence}\n`);
      continue;
    }
    const result = await check(name, asked);
    reports.push(result);
    for (const line of lines(result)) console.log(line);
  }
  const [passed, failed] = [total(reports, 'passed'), total(reports, 'failed')];
  if (asked.json) console.log(JSON.stringify({ passed, failed, backends: reports }));
  else console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function check(name: string, { host, seed, only }: CommandLine): Promise<BackendReport> {
  const { make, skips } = backends[name] as ListedBackend;
  // Only where a page is asked for is a bundler loaded.
  if (host === 'chromium') {
    const { checkInChromium } = await import('./chromium/check-in-chromium.ts');
    return checkInChromium(name, skips, { seed, only });
  }
  return checkBackend(name, await make(), skips, { seed, only });
}

function total(reports: readonly BackendReport[], kind: 'passed' | 'failed'): number {
  return reports.reduce((sum, one) => sum + one[kind], 0);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(usage);
  process.exitCode = 2;
}
