import { closeStep } from '@evenkeel/tensor';
import type { GoldenCase } from './case.ts';
import { runDistribution } from './modes/distribution.ts';
import { runExpression } from './modes/expression.ts';
import { runOptimizer } from './modes/optimizer.ts';
import { runScheduler } from './modes/scheduler.ts';
import { Unsupported } from './program/operation.ts';
import { judge, type Outcome, type Results } from './result.ts';

const modes: Readonly<Record<string, (golden: GoldenCase) => Promise<Results>>> = {
  expr: runExpression,
  optimizer: runOptimizer,
  scheduler: runScheduler,
};

/** Runs one case on the current backend. It never throws: what goes wrong is a problem of the case. */
export async function runCase(golden: GoldenCase): Promise<Outcome> {
  try {
    if (golden.mode === 'distribution') return { problems: await runDistribution(golden), worst: 0 };
    const run = Object.hasOwn(modes, golden.mode) ? modes[golden.mode] : undefined;
    if (!run) throw new Unsupported(`the runner does not know the mode ${golden.mode}`);
    return judge(golden, await run(golden));
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { problems: [message.replace(/\s*\n\s*/g, '; ')], worst: 0 };
  } finally {
    closeStep();
  }
}
