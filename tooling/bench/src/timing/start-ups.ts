import { type Contender, Running } from '../contenders/contender.ts';
import type { Workload } from '../workloads/index.ts';

/** How one contender starts on one workload; times in milliseconds, one for each start. */
export interface StartUp {
  readonly contender: string;
  error?: string;
  /** From starting the process to the workload being loaded. */
  readonly loaded: number[];
  readonly firstStep: number[];
  readonly secondStep: number[];
}

/** Starts every contender anew in each round, does two steps, and ends it. */
export async function startUps(
  contenders: readonly Contender[],
  workload: Workload,
  file: string,
  rounds: number,
): Promise<StartUp[]> {
  const results = contenders.map(
    ({ name }): StartUp => ({ contender: name, loaded: [], firstStep: [], secondStep: [] }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const result = results[index]!;
      const command = contender.command(workload.name, file);
      if (!command || result.error !== undefined) continue;
      const started = performance.now();
      const running = new Running(contender, command);
      try {
        await running.ready();
        result.loaded.push(performance.now() - started);
        result.firstStep.push((await running.run(1)).milliseconds);
        result.secondStep.push((await running.run(1)).milliseconds);
      } catch (error) {
        result.error = (error as Error).message;
      } finally {
        await running.stop();
      }
    }
  }
  return results;
}
