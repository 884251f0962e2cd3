import { type Contender, Running } from '../contenders/contender.ts';
import type { Workload } from '../workloads/index.ts';

/** How one contender starts on one workload; times in milliseconds, one for each start. */
export interface StartUp {
  readonly contender: string;
  error?: string;
  /** From starting the process to the workload being loaded. */
  readonly loaded: number[];
  /** For each of the first steps; in them a compiler does its work. */
  readonly steps: readonly number[][];
}

const steps = 4;

/** Starts every contender anew in each round, does a few steps, and ends it. */
export async function startUps(
  contenders: readonly Contender[],
  workload: Workload,
  file: string,
  rounds: number,
): Promise<StartUp[]> {
  const able = contenders.filter((contender) => contender.command(workload.name, file));
  const results = able.map(
    ({ name }): StartUp => ({ contender: name, loaded: [], steps: Array.from({ length: steps }, () => []) }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of able.entries()) {
      const result = results[index]!;
      if (result.error !== undefined) continue;
      const started = performance.now();
      const running = new Running(contender, contender.command(workload.name, file)!);
      try {
        await running.ready();
        result.loaded.push(performance.now() - started);
        for (const times of result.steps) times.push((await running.run(1)).milliseconds);
      } catch (error) {
        result.error = (error as Error).message;
      } finally {
        await running.stop();
      }
    }
  }
  return results;
}
