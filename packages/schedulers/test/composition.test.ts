import {
  chainedScheduler,
  constant,
  constantLR,
  cosineAnnealingLR,
  cyclicLR,
  exponentialLR,
  lambdaLR,
  linearLR,
  perEpoch,
  type Schedule,
  sequentialLR,
  stepLR,
  warmup,
} from '@evenkeel/schedulers';
import { describe, expect, test } from 'vitest';

const rates = (schedule: Schedule, count: number) => Array.from({ length: count }, (_, step) => schedule(step).lr);
const close = (values: number[]) => values.map((value) => expect.closeTo(value, 12));

describe('warmup', () => {
  test('rises in a straight line to the first rate of the schedule, which then begins', () => {
    const schedule = warmup(stepLR({ lr: 1, stepSize: 2, gamma: 0.5 }), { steps: 4, startFactor: 0 });
    expect(rates(schedule, 9)).toEqual([0, 0.25, 0.5, 0.75, 1, 1, 0.5, 0.5, 0.25]);
  });

  test('starts at one part in `steps` unless told', () => {
    expect(rates(warmup(constant({ lr: 1 }), { steps: 4 }), 5)).toEqual(close([0.25, 0.4375, 0.625, 0.8125, 1]));
  });

  test('is PyTorch sequence of LinearLR and the schedule', () => {
    const after = cosineAnnealingLR({ lr: 0.1, tMax: 50, etaMin: 0.001 });
    const rise = linearLR({ lr: 0.1, startFactor: 0.1, totalIters: 10 });
    const composed = warmup(after, { steps: 10, startFactor: 0.1 });
    expect(rates(composed, 70)).toEqual(close(rates(sequentialLR([rise, after], [10]), 70)));
  });

  test('takes any function of the step and passes its momentum on', () => {
    const schedule = warmup((step) => ({ lr: 2 + step, momentum: 0.5 }), { steps: 2, startFactor: 0.5 });
    expect([0, 1, 2, 3].map(schedule)).toEqual([
      { lr: 1, momentum: 0.5 },
      { lr: 1.5, momentum: 0.5 },
      { lr: 2, momentum: 0.5 },
      { lr: 3, momentum: 0.5 },
    ]);
  });

  test('of no steps is the schedule itself', () => {
    expect(rates(warmup(stepLR({ lr: 1, stepSize: 1, gamma: 0.5 }), { steps: 0 }), 3)).toEqual([1, 0.5, 0.25]);
  });
});

describe('sequentialLR', () => {
  test('starts each schedule at its own step 0', () => {
    const halves = exponentialLR({ lr: 1, gamma: 0.5 });
    const schedule = sequentialLR([halves, constant({ lr: 3 }), halves], [2, 4]);
    expect(rates(schedule, 7)).toEqual([1, 0.5, 3, 3, 1, 0.5, 0.25]);
  });

  test.each([
    [[], []],
    [[constant({ lr: 1 })], [3]],
    [[constant({ lr: 1 }), constant({ lr: 1 })], []],
  ])('refuses %# a number of milestones that is not one fewer than the schedules', (parts, milestones) => {
    expect(() => sequentialLR(parts, milestones)).toThrow(/one milestone between/);
  });

  test.each([[[4, 4]], [[5, 4]], [[0, 4]], [[-1, 4]], [[1.5, 4]]])('refuses the milestones %j', (milestones) => {
    const part = constant({ lr: 1 });
    expect(() => sequentialLR([part, part, part], milestones)).toThrow(/out of order/);
  });
});

describe('chainedScheduler', () => {
  test('multiplies the factors of schedules that multiply', () => {
    const schedule = chainedScheduler([
      exponentialLR({ lr: 8, gamma: 0.5 }),
      stepLR({ lr: 8, stepSize: 2, gamma: 0.1 }),
    ]);
    expect(rates(schedule, 5)).toEqual(close([8, 4, 0.2, 0.1, 0.005]));
  });

  // Worked by hand from PyTorch's get_lr: (0.9 / 2 + 0.1) / 2; the lowest point / 2; (0.05 + 0.9 / 2) / 2.
  test('lets a cosine pull the rate that the others left towards its own minimum', () => {
    const schedule = chainedScheduler([
      cosineAnnealingLR({ lr: 1, tMax: 2, etaMin: 0.1 }),
      exponentialLR({ lr: 1, gamma: 0.5 }),
    ]);
    expect(rates(schedule, 4)).toEqual(close([1, 0.275, 0.05, 0.25]));
  });

  test('takes the value of a schedule that is no recursion, and goes on from there', () => {
    const schedule = chainedScheduler([
      exponentialLR({ lr: 1, gamma: 0.5 }),
      lambdaLR({ lr: 1, lrLambda: (step) => step + 1 }),
      exponentialLR({ lr: 1, gamma: 0.1 }),
    ]);
    expect(rates(schedule, 3)).toEqual(close([1, 0.2, 0.3]));
    expect(schedule.chain).toBeUndefined();
  });

  test('keeps the momentum of the schedule that cycles it', () => {
    const cyclic = cyclicLR({ baseLr: 1, maxLr: 2, stepSizeUp: 2 });
    const schedule = chainedScheduler([cyclic, exponentialLR({ lr: 1, gamma: 0.5 })]);
    expect(schedule(2)).toEqual({ lr: 1, momentum: expect.closeTo(0.8, 12) });
  });

  test('may be part of a chain, which is then one chain', () => {
    const half = exponentialLR({ lr: 8, gamma: 0.5 });
    expect(rates(chainedScheduler([half, chainedScheduler([half, half])]), 3)).toEqual([8, 1, 0.125]);
  });

  test('refuses different base rates and no schedule at all', () => {
    const parts = [exponentialLR({ lr: 1, gamma: 0.5 }), exponentialLR({ lr: 2, gamma: 0.5 })];
    expect(() => chainedScheduler(parts)).toThrow(/base rates 1, 2/);
    expect(() => chainedScheduler([])).toThrow(/no schedule/);
  });

  test('knows only whole steps', () => {
    const schedule = chainedScheduler([exponentialLR({ lr: 1, gamma: 0.5 })]);
    expect(() => schedule(1.5)).toThrow(/whole number/);
  });

  test('cannot bring a rate back from zero', () => {
    const schedule = chainedScheduler([constantLR({ lr: 1, factor: 0, totalIters: 2 })]);
    expect(schedule(1).lr).toBe(0);
    expect(() => schedule(2)).toThrow(/factor 0/);
  });
});

test('perEpoch holds the rate through an epoch', () => {
  const schedule = perEpoch(exponentialLR({ lr: 1, gamma: 0.5 }), { stepsPerEpoch: 3 });
  expect(rates(schedule, 7)).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25]);
});
