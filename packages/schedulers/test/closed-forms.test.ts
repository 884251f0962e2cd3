import {
  chainedScheduler,
  constant,
  constantLR,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  cyclicLR,
  exponentialLR,
  inverseSqrtLR,
  lambdaLR,
  linearLR,
  multiplicativeLR,
  multiStepLR,
  noamLR,
  oneCycleLR,
  perEpoch,
  polynomialLR,
  type Schedule,
  sequentialLR,
  stepLR,
  warmup,
  warmupCosine,
  wsd,
} from '@evenkeel/schedulers';
import { describe, expect, test } from 'vitest';

const lr = 0.3;

/** Every schedule of the package in a setting of its own; adding one is one line. */
const schedules: Record<string, Schedule> = {
  constant: constant({ lr }),
  constantLR: constantLR({ lr, factor: 0.4, totalIters: 7 }),
  linearLR: linearLR({ lr, startFactor: 0.2, endFactor: 0.7, totalIters: 9 }),
  'linearLR to zero': linearLR({ lr, startFactor: 1, endFactor: 0, totalIters: 9 }),
  polynomialLR: polynomialLR({ lr, totalIters: 13, power: 1.7 }),
  exponentialLR: exponentialLR({ lr, gamma: 0.93 }),
  stepLR: stepLR({ lr, stepSize: 4, gamma: 0.5 }),
  multiStepLR: multiStepLR({ lr, milestones: [11, 3, 3, 0], gamma: 0.5 }),
  cosineAnnealingLR: cosineAnnealingLR({ lr, tMax: 6, etaMin: 0.01 }),
  'cosineAnnealingLR of one step': cosineAnnealingLR({ lr, tMax: 1, etaMin: 0.01 }),
  cosineAnnealingWarmRestarts: cosineAnnealingWarmRestarts({ lr, t0: 3, tMult: 2 }),
  oneCycleLR: oneCycleLR({ maxLr: lr, totalSteps: 40 }),
  cyclicLR: cyclicLR({ baseLr: 0.1, maxLr: lr, stepSizeUp: 3, stepSizeDown: 5 }),
  inverseSqrtLR: inverseSqrtLR({ lr, timescale: 5 }),
  noamLR: noamLR({ dModel: 64, warmup: 8 }),
  lambdaLR: lambdaLR({ lr, lrLambda: (step) => 1 / (1 + step) }),
  multiplicativeLR: multiplicativeLR({ lr, lrLambda: (step) => (step % 2 ? 0.5 : 1.5) }),
  warmup: warmup(cosineAnnealingLR({ lr, tMax: 30 }), { steps: 5 }),
  warmupCosine: warmupCosine({ lr, warmup: 5, total: 30 }),
  wsd: wsd({ lr, warmup: 4, stable: 10, decay: 10 }),
  perEpoch: perEpoch(exponentialLR({ lr, gamma: 0.5 }), { stepsPerEpoch: 6 }),
  sequentialLR: sequentialLR([constant({ lr }), exponentialLR({ lr, gamma: 0.9 })], [5]),
  chainedScheduler: chainedScheduler([exponentialLR({ lr, gamma: 0.9 }), cosineAnnealingLR({ lr, tMax: 6 })]),
};

const steps = Array.from({ length: 40 }, (_, step) => step);

describe.each(Object.entries(schedules))('%s', (_name, schedule) => {
  test('is a pure function: neither the order of the questions nor what becomes of an answer matters', () => {
    const forwards = steps.map(schedule);
    const backwards = steps.toReversed().map(schedule).toReversed();
    expect(backwards).toEqual(forwards);
    expect(steps.map(() => Object.assign(schedule(17), { lr: 0 }) && schedule(17))).toEqual(
      steps.map(() => forwards[17]),
    );
  });

  test('gives rates that are finite and not negative', () => {
    for (const step of steps) {
      expect(schedule(step).lr).toBeGreaterThanOrEqual(0);
      expect(schedule(step).lr).toBeLessThan(1);
    }
  });

  test('refuses a step that is negative or no number', () => {
    for (const step of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => schedule(step)).toThrow(/step (-1|NaN|Infinity)/);
    }
  });
});

const recursive = Object.entries(schedules).flatMap(([name, schedule]) =>
  schedule.chain ? [[name, schedule, schedule.chain] as const] : [],
);

test('the settings that PyTorch computes from the rate before have a recursive form', () => {
  expect(recursive).toHaveLength(12);
});

test.each(recursive)('the recursive form of %s gives what its closed form gives', (_name, schedule, chain) => {
  let rate = chain.lr;
  for (const step of steps) {
    rate = chain.next(rate, step);
    expect(Math.abs(rate - schedule(step).lr)).toBeLessThan(1e-12);
  }
});
