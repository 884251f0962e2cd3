import { ConfigError, nearestName } from '@evenkeel/errors';
import { chainedScheduler } from './chained.ts';
import { type Check, checkOptions, listOf, wholeNumber } from './check-options.ts';
import { constant, constantLR } from './constant.ts';
import { cosineAnnealingLR, cosineAnnealingWarmRestarts } from './cosine.ts';
import { cyclicLR } from './cyclic.ts';
import { exponentialLR } from './exponential.ts';
import { inverseSqrtLR, noamLR } from './inverse-sqrt.ts';
import { lambdaLR, multiplicativeLR } from './lambda.ts';
import { linearLR } from './linear.ts';
import { oneCycleLR } from './one-cycle.ts';
import { type PerEpochOptions, perEpoch } from './per-epoch.ts';
import { polynomialLR } from './polynomial.ts';
import type { Schedule } from './schedule.ts';
import { sequentialLR } from './sequential.ts';
import { multiStepLR, stepLR } from './step.ts';
import { type WarmupOptions, warmup, warmupCosine } from './warmup.ts';
import { wsd } from './wsd.ts';

/** A schedule as it stands in a configuration file: its name, its options, and the schedules it is made of. */
export interface ScheduleConfig {
  name: string;
  [option: string]: unknown;
}

type Options = Record<string, unknown>;

// The factories check what they are given, so that a configuration file may be passed on as it is.
const simple = {
  constant,
  constantLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  cyclicLR,
  exponentialLR,
  inverseSqrtLR,
  lambdaLR,
  linearLR,
  multiStepLR,
  multiplicativeLR,
  noamLR,
  oneCycleLR,
  polynomialLR,
  stepLR,
  warmupCosine,
  wsd,
} as unknown as Record<string, (options: Options) => Schedule>;

const partCheck: Check = (value) =>
  typeof (value as ScheduleConfig | null)?.name === 'string' ? undefined : 'a schedule: { name, ...options }';

const composed: Record<string, (options: Options) => Schedule> = {
  warmup: ({ schedule, ...options }) => warmup(onePart('warmup', schedule), options as unknown as WarmupOptions),
  perEpoch: ({ schedule, ...options }) =>
    perEpoch(onePart('perEpoch', schedule), options as unknown as PerEpochOptions),
  sequentialLR: (options) => {
    const checked = options as { schedules: ScheduleConfig[]; milestones: number[] };
    checkOptions('sequentialLR', checked, { schedules: listOf(partCheck), milestones: listOf(wholeNumber) });
    return sequentialLR(checked.schedules.map(createSchedule), checked.milestones);
  },
  chainedScheduler: (options) => {
    const checked = options as { schedules: ScheduleConfig[] };
    checkOptions('chainedScheduler', checked, { schedules: listOf(partCheck) });
    return chainedScheduler(checked.schedules.map(createSchedule));
  },
};

function onePart(name: string, part: unknown): Schedule {
  checkOptions(name, { schedule: part }, { schedule: partCheck });
  return createSchedule(part as ScheduleConfig);
}

const factories = { ...simple, ...composed };

/** The names that `createSchedule` knows. */
export const scheduleNames: readonly string[] = Object.keys(factories).sort();

/**
 * Makes a schedule from plain data, such as a configuration file holds:
 * `{ name: 'warmup', steps: 100, schedule: { name: 'cosineAnnealingLR', lr: 3e-3, tMax: 900 } }`.
 *
 * ```ts
 * const schedule = createSchedule({ name: 'warmup', steps: 4, schedule: { name: 'constant', lr: 1 } });
 * console.log([0, 2, 4].map((step) => schedule(step).lr)); // prints [ 0.25, 0.625, 1 ]
 * ```
 *
 * @throws ConfigError for a name or option that is unknown (naming the nearest known one) and for options out of range
 */
export function createSchedule(config: ScheduleConfig): Schedule {
  const { name, ...options } = config;
  const factory = Object.hasOwn(factories, name) ? factories[name] : undefined;
  if (factory) return factory(options);
  const nearest = nearestName(String(name), scheduleNames);
  throw new ConfigError(`there is no schedule "${name}"`, {
    expected: `one of ${scheduleNames.join(', ')}`,
    remedy: nearest && `did you mean "${nearest}"?`,
  });
}
