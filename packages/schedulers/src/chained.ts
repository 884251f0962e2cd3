import { ConfigError } from '@evenkeel/errors';
import { recurrence } from './recurrence.ts';
import { type Chain, type Rate, type Schedule, schedule } from './schedule.ts';

/**
 * Several schedules on one rate (PyTorch's ChainedScheduler): at each step every schedule moves, in order, the rate that
 * the one before it left. Most multiply it, so that their factors multiply; `cosineAnnealingLR` pulls it towards its
 * `etaMin`. A schedule that is no recursion (`lambdaLR`, the cyclic ones, `sequentialLR`, your own function) sets it.
 * Steps are whole numbers.
 *
 * ```ts
 * const schedule = chainedScheduler([
 *   constantLR({ lr: 1, factor: 0.5, totalIters: 2 }),
 *   exponentialLR({ lr: 1, gamma: 0.5 }),
 * ]);
 * console.log([0, 1, 2, 3].map((step) => schedule(step).lr)); // prints [ 0.5, 0.25, 0.25, 0.125 ]
 * ```
 *
 * @param schedules at least one, all with the same base rate
 * @throws ConfigError when there is none or the base rates differ
 */
export function chainedScheduler(schedules: readonly Schedule[]): Schedule {
  const parts = [...schedules];
  const lr = commonBaseRate(parts);
  const next = (rate: Rate, step: number): Rate => {
    const after = { ...rate };
    for (const part of parts) {
      Object.assign(after, part.chain ? { lr: part.chain.next(after.lr, step) } : part(step));
    }
    return after;
  };
  const rateAt = recurrence<Rate>({ lr }, next);
  // One schedule that sets the rate makes the whole chain independent of the rate before it.
  const chain = parts.every((part) => part.chain)
    ? { lr, next: (rate: number, step: number) => next({ lr: rate }, step).lr }
    : undefined;
  return schedule((step) => ({ ...rateAt(step) }), chain);
}

function commonBaseRate(parts: readonly Schedule[]): number {
  const rates = parts
    .map((part) => part.chain)
    .filter((chain): chain is Chain => chain !== undefined)
    .map(({ lr }) => lr);
  if (parts.length > 0 && new Set(rates).size <= 1) return rates[0] ?? 0;
  throw new ConfigError('chainedScheduler needs schedules that start from one base rate', {
    got: parts.length === 0 ? 'no schedule' : `base rates ${rates.join(', ')}`,
    expected: 'at least one schedule, and the same "lr" for all of them',
  });
}
