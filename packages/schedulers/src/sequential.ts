import { ConfigError } from '@evenkeel/errors';
import { type Schedule, schedule } from './schedule.ts';

/**
 * One schedule after the other (PyTorch's SequentialLR): the next one begins, at its own step 0, at each milestone.
 *
 * ```ts
 * const schedule = sequentialLR([constant({ lr: 1 }), exponentialLR({ lr: 1, gamma: 0.5 })], [100]);
 * console.log([0, 99, 100, 101, 102].map((step) => schedule(step).lr)); // prints [ 1, 1, 1, 0.5, 0.25 ]
 * ```
 *
 * @param schedules at least one
 * @param milestones the step at which each schedule after the first begins, rising
 * @throws ConfigError when the milestones do not rise or are not one fewer than the schedules
 */
export function sequentialLR(schedules: readonly Schedule[], milestones: readonly number[]): Schedule {
  checkSequence(schedules, milestones);
  const parts = [...schedules];
  const starts = [0, ...milestones];
  return schedule((step) => {
    const index = starts.findLastIndex((start) => start <= step);
    return parts[index]!(step - starts[index]!);
  });
}

function checkSequence(schedules: readonly Schedule[], milestones: readonly number[]): void {
  if (schedules.length === 0 || milestones.length !== schedules.length - 1) {
    throw new ConfigError('sequentialLR needs one milestone between each schedule and the next', {
      got: `${schedules.length} schedules and ${milestones.length} milestones`,
      expected: `${Math.max(schedules.length - 1, 0)} milestones`,
    });
  }
  const rising = milestones.every((milestone, index) => milestone > (milestones[index - 1] ?? 0));
  if (!rising || !milestones.every(Number.isSafeInteger)) {
    throw new ConfigError('the milestones of sequentialLR are out of order', {
      got: `[${milestones.join(', ')}]`,
      expected: 'whole numbers above 0, each above the one before',
    });
  }
}
