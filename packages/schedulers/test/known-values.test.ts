import {
  cosineAnnealingWarmRestarts,
  cyclicLR,
  inverseSqrtLR,
  multiplicativeLR,
  noamLR,
  oneCycleLR,
  stepLR,
  warmup,
  warmupCosine,
  wsd,
} from '@evenkeel/schedulers';
import { describe, expect, test } from 'vitest';

describe('inverseSqrtLR', () => {
  test('is halved after three times its timescale', () => {
    const schedule = inverseSqrtLR({ lr: 1, timescale: 100 });
    expect(schedule(0).lr).toBe(1);
    expect(schedule(300).lr).toBe(0.5);
  });

  test('behind a warm-up of its timescale falls as the schedule of the Transformer does', () => {
    // Vaswani et al. count from 1: past the peak their rate is dModel^-0.5 · step^-0.5.
    const peak = 512 ** -0.5 * 40 ** -0.5;
    const composed = warmup(inverseSqrtLR({ lr: peak, timescale: 40 }), { steps: 40 });
    const noam = noamLR({ dModel: 512, warmup: 40 });
    for (const step of [40, 41, 100, 1000]) expect(composed(step).lr).toBeCloseTo(noam(step - 1).lr, 15);
  });
});

test('noamLR peaks where its two branches meet', () => {
  const schedule = noamLR({ lr: 2, dModel: 256, warmup: 20 });
  expect(schedule(19).lr).toBeCloseTo(2 / 16 / Math.sqrt(20), 15);
  expect(schedule(18).lr).toBeLessThan(schedule(19).lr);
  expect(schedule(20).lr).toBeLessThan(schedule(19).lr);
});

describe('wsd', () => {
  test('rises from 0, holds, and falls to its smallest rate for ever', () => {
    const schedule = wsd({ lr: 2, warmup: 2, stable: 2, decay: 4, minRatio: 0.5 });
    expect(Array.from({ length: 10 }, (_, step) => schedule(step).lr)).toEqual([0, 1, 2, 2, 2, 1.75, 1.5, 1.25, 1, 1]);
  });

  test('falls as one minus the square root of the way when asked', () => {
    const schedule = wsd({ lr: 1, warmup: 0, stable: 0, decay: 4, shape: 'sqrt' });
    expect([0, 1, 4].map((step) => schedule(step).lr)).toEqual([1, 0.5, 0]);
  });

  test('may leave out any of its three parts', () => {
    expect(wsd({ lr: 1, warmup: 0, stable: 0, decay: 0, minRatio: 0.25 })(0).lr).toBe(0.25);
  });
});

test('warmupCosine stays down when its steps are over', () => {
  const schedule = warmupCosine({ lr: 1, warmup: 10, total: 50, minRatio: 0.1 });
  expect([0, 5, 10, 30, 50, 90].map((step) => schedule(step).lr)).toEqual(
    [0, 0.5, 1, 0.55, 0.1, 0.1].map((value) => expect.closeTo(value, 12)),
  );
  expect(warmupCosine({ lr: 1, warmup: 10, total: 10, minRatio: 0.1 })(10).lr).toBeCloseTo(0.1, 12);
});

describe('oneCycleLR', () => {
  test('reaches its largest rate where the rise ends, with momentum at its smallest', () => {
    const schedule = oneCycleLR({ maxLr: 1, totalSteps: 100, pctStart: 0.25 });
    expect(schedule(0)).toEqual({ lr: expect.closeTo(1 / 25, 12), momentum: expect.closeTo(0.95, 12) });
    expect(schedule(24)).toEqual({ lr: 1, momentum: 0.85 });
    expect(schedule(99).lr).toBeCloseTo(1 / 25 / 1e4, 12);
  });

  test('takes its length as epochs times steps', () => {
    const schedule = oneCycleLR({ maxLr: 1, epochs: 4, stepsPerEpoch: 25 });
    expect(schedule(70)).toEqual(oneCycleLR({ maxLr: 1, totalSteps: 100 })(70));
    expect(() => oneCycleLR({ maxLr: 1, epochs: 4 })).toThrow(/totalSteps/);
  });

  test('leaves momentum alone when told to', () => {
    expect(oneCycleLR({ maxLr: 1, totalSteps: 10, cycleMomentum: false })(3)).not.toHaveProperty('momentum');
  });

  test('with a rise that ends at once starts from the top', () => {
    expect(oneCycleLR({ maxLr: 1, totalSteps: 10, pctStart: 0.1 })(0).lr).toBe(1);
  });

  test('says so when it is over', () => {
    const schedule = oneCycleLR({ maxLr: 1, totalSteps: 10 });
    expect(schedule(10).lr).toBeGreaterThan(0);
    expect(() => schedule(11)).toThrow(/step 11 of a cycle of 10/);
  });
});

describe('cyclicLR', () => {
  test('follows its own function of the cycle or of the step', () => {
    const options = { baseLr: 0, maxLr: 1, stepSizeUp: 2, scaleFn: (position: number) => 1 / position };
    expect(cyclicLR(options)(6).lr).toBeCloseTo(1 / 2, 12);
    expect(cyclicLR({ ...options, scaleMode: 'iterations' })(6).lr).toBeCloseTo(1 / 6, 12);
  });
});

test('cosineAnnealingWarmRestarts starts again at the base rate and falls more slowly each time', () => {
  const schedule = cosineAnnealingWarmRestarts({ lr: 1, t0: 4, tMult: 3 });
  expect([0, 2, 4, 10, 16, 34].map((step) => schedule(step).lr)).toEqual(
    [1, 0.5, 1, 0.5, 1, 0.5].map((value) => expect.closeTo(value, 12)),
  );
});

test('multiplicativeLR does not use its factor at step 0', () => {
  const schedule = multiplicativeLR({ lr: 1, lrLambda: (step) => step + 1 });
  expect([3, 0, 2].map((step) => schedule(step).lr)).toEqual([24, 1, 6]);
});

test('a schedule in closed form has a rate between steps, as for epochs in parts', () => {
  expect(stepLR({ lr: 1, stepSize: 2, gamma: 0.5 })(2.5).lr).toBe(0.5);
  expect(cosineAnnealingWarmRestarts({ lr: 1, t0: 1 })(7.5).lr).toBeCloseTo(0.5, 12);
});
