import type { Backend } from '@evenkeel/backend';
import { backwardChecks } from './checks/backward.ts';
import type { Check } from './checks/check.ts';
import { forwardChecks } from './checks/forward.ts';
import { gradientChecks } from './checks/gradient-check.ts';
import { interfaceChecks } from './checks/interface.ts';
import { kernelChecks } from './checks/kernels.ts';
import { memoryChecks } from './checks/memory.ts';
import { optimizerChecks } from './checks/optimizer-replay.ts';
import { randomGraphChecks } from './checks/random-graphs.ts';
import { randomNumberChecks } from './checks/random-numbers.ts';
import { replayChecks } from './checks/replay.ts';

export interface SuiteOptions {
  /** Of the random graphs. Default 1. */
  readonly seed?: number;
}

/** Everything that a backend must do right. A backend with float64 also has its derivatives measured. */
export function checksFor({ limits }: Backend, { seed = 1 }: SuiteOptions = {}): Check[] {
  return [
    ...interfaceChecks(),
    ...forwardChecks(limits.dtypes),
    ...backwardChecks(),
    ...(limits.dtypes.includes('float64') ? gradientChecks() : []),
    ...kernelChecks(),
    ...randomNumberChecks(),
    ...randomGraphChecks(seed),
    ...replayChecks(seed),
    ...optimizerChecks(),
    ...memoryChecks(),
  ];
}
