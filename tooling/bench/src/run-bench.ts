import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasm } from '@evenkeel/backend-wasm';
import { useBackend } from '@evenkeel/tensor';
import { type CommandLine, usage } from './command-line.ts';
import type { Contender } from './contenders/contender.ts';
import { lines, type Result, resultOf, startUpLines, summary } from './report.ts';
import { race } from './timing/race.ts';
import { type StartUp, startUps } from './timing/start-ups.ts';
import { writeStart } from './write-start.ts';

/** What `--json` prints, as one line. */
export interface Report {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Programs that wanted a core during the minute before: what the figures were disturbed by, and at the end itself a part of. */
  readonly load: { readonly before: number; readonly after: number };
  readonly results: readonly Result[];
  readonly startUps: readonly { readonly name: string; readonly results: readonly StartUp[] }[];
}

// One small and one large: what takes long at the start is the number of kernels, not their work.
const startUpWorkloads = ['W1', 'W4'];

/**
 * Times the workloads that were asked for and prints what came out.
 *
 * @returns the exit code: 1 when a contender failed or computed something else than the first
 */
export async function runBench(asked: CommandLine, contenders: readonly Contender[]): Promise<number> {
  const before = loadavg()[0]!;
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const results: Result[] = [];
  const starts: Report['startUps'][number][] = [];
  const say = (text: readonly string[]): void => console.log(text.join('\n'));
  useBackend(wasm());
  try {
    for (const given of asked.workloads) {
      const workload = { ...given, stepsPerRound: asked.steps ?? given.stepsPerRound };
      const isTimed = asked.suites.includes(workload.suite);
      const isStarted = asked.suites.includes('startup') && startUpWorkloads.includes(workload.name);
      if (!isTimed && !isStarted) continue;
      const file = join(folder, `${workload.name}.safetensors`);
      await writeStart(workload, file);
      if (isTimed) {
        const result = resultOf(workload, await race(contenders, workload, file, asked.rounds), contenders);
        results.push(result);
        say(lines(result, workload));
        complain(result.timings);
      }
      if (isStarted) {
        const started = await startUps(contenders, workload, file, asked.rounds);
        starts.push({ name: workload.name, results: started });
        say(startUpLines(workload, started));
        complain(started);
      }
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (results.length > 0) say([...summary(results), ...versions(results)]);
  const load = { before, after: loadavg()[0]! };
  const { length: cores } = cpus();
  say([`load average on ${cores} cores: ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`]);
  const report: Report = {
    node: process.version,
    cpu: cpus()[0]?.model ?? '',
    cores,
    load,
    results,
    startUps: starts,
  };
  if (asked.json) console.log(JSON.stringify(report));
  const all = [...results.map(({ timings }) => timings), ...starts.map(({ results }) => results)].flat();
  return all.some(({ error }) => error !== undefined) ? 1 : 0;
}

/** Who took part, each once. */
function versions(results: readonly Result[]): string[] {
  const timings = results.flatMap((result) => result.timings);
  const known = new Map(timings.map(({ contender, version }) => [contender, version]));
  return [...known].map(([contender, version]) => `${contender}: ${version}`);
}

/** What went wrong, in full. */
function complain(results: readonly { readonly error?: string }[]): void {
  for (const { error } of results) if (error !== undefined) console.error(error);
}

/** Runs a program to its exit code; 2 when it could not start. */
export async function exitWith(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(usage);
    process.exitCode = 2;
  }
}
