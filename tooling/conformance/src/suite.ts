import type { Backend, RoutineName } from '@evenkeel/backend';
import { type OperationName, primitives } from '@evenkeel/compiler';
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
  const checks = [
    ...interfaceChecks(),
    ...forwardChecks(limits.dtypes),
    ...backwardChecks(),
    ...(limits.dtypes.includes('float64') ? gradientChecks() : []),
    ...kernelChecks(limits),
    ...randomNumberChecks(),
    ...randomGraphChecks(seed),
    ...replayChecks(seed),
    ...optimizerChecks(),
    ...memoryChecks(),
  ];
  return checks.filter(({ operation }) => operation === undefined || isOffered(operation, limits));
}

/** Of what is a kernel and nothing else, a backend may have none: layers compute it otherwise there. */
function isOffered(operation: OperationName, { routines }: Backend['limits']): boolean {
  return primitives[operation].lowering.kind !== 'attention' || routines.includes(operation as RoutineName);
}
