import { ConfigError } from '@evenkeel/errors';
import {
  createSchedule,
  cyclicLR,
  linearLR,
  multiStepLR,
  oneCycleLR,
  type ScheduleConfig,
  scheduleNames,
  stepLR,
  warmup,
} from '@evenkeel/schedulers';
import { describe, expect, expectTypeOf, test } from 'vitest';

function errorFrom(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('options', () => {
  test('an unknown one names the nearest known one', () => {
    const error = errorFrom(() => stepLR({ lr: 1, stepSize: 2, gama: 0.5 } as never));
    expect(error.message).toMatch(/^stepLR has no option "gama"\n/);
    expect(error.remedy).toBe('did you mean "gamma"?');
    expect(error.expected).toBe('some of lr, stepSize, gamma');
  });

  test('one that is missing says what it should be', () => {
    const error = errorFrom(() => stepLR({ lr: 1 } as never));
    expect(error.message).toBe('stepLR needs the option "stepSize"\n  expected: a whole number above 0');
  });

  test.each([
    ['a negative rate', () => stepLR({ lr: -1, stepSize: 2 }), 'a number, 0 or above'],
    ['a rate that is text', () => stepLR({ lr: '0.1' as never, stepSize: 2 }), 'a number, 0 or above'],
    ['a rate that is no number', () => stepLR({ lr: Number.NaN, stepSize: 2 }), 'a number, 0 or above'],
    ['negative steps', () => stepLR({ lr: 1, stepSize: -2 }), 'a whole number above 0'],
    ['no steps', () => stepLR({ lr: 1, stepSize: 0 }), 'a whole number above 0'],
    ['half a step', () => stepLR({ lr: 1, stepSize: 0.5 }), 'a whole number above 0'],
    ['a start at zero', () => linearLR({ lr: 1, startFactor: 0 }), 'a number above 0, at most 1'],
    ['a factor above 1', () => linearLR({ lr: 1, endFactor: 1.5 }), 'a number from 0 to 1'],
    ['a negative milestone', () => multiStepLR({ lr: 1, milestones: [3, -1] }), 'a whole number, 0 or above'],
    ['a milestone without a list', () => multiStepLR({ lr: 1, milestones: 3 as never }), 'a list'],
    [
      'a form that does not exist',
      () => oneCycleLR({ maxLr: 1, totalSteps: 9, annealStrategy: 'x' as never }),
      '"cos"',
    ],
    ['a switch that is a number', () => cyclicLR({ baseLr: 0, maxLr: 1, cycleMomentum: 1 as never }), 'true or false'],
    ['a function that is none', () => cyclicLR({ baseLr: 0, maxLr: 1, scaleFn: 1 as never }), 'a function'],
    ['a largest rate of 0', () => oneCycleLR({ maxLr: 0, totalSteps: 9 }), 'a number above 0'],
    ['an infinite gamma', () => cyclicLR({ baseLr: 0, maxLr: 1, gamma: Number.POSITIVE_INFINITY }), 'a finite number'],
    ['a negative warm-up', () => warmup(() => ({ lr: 1 }), { steps: -1 }), 'a whole number, 0 or above'],
  ])('%s is refused', (_what, run, expected) => {
    const error = errorFrom(run);
    expect(error.expected).toContain(expected);
    expect(error.got).toBeDefined();
  });

  test('one given as undefined has its default', () => {
    expect(stepLR({ lr: 1, stepSize: 1, gamma: undefined })(1).lr).toBe(0.1);
  });

  test('are checked by the compiler too', () => {
    expectTypeOf(stepLR).parameter(0).toHaveProperty('stepSize');
    // @ts-expect-error the step size is missing
    expect(() => stepLR({ lr: 1 })).toThrow(ConfigError);
  });
});

describe('createSchedule', () => {
  test('makes every kind of schedule from plain data', () => {
    const half = { name: 'exponentialLR', lr: 1, gamma: 0.5 };
    const config = {
      name: 'sequentialLR',
      milestones: [3, 7],
      schedules: [
        { name: 'warmup', steps: 2, startFactor: 0.5, schedule: { name: 'constant', lr: 4 } },
        { name: 'perEpoch', stepsPerEpoch: 2, schedule: half },
        { name: 'chainedScheduler', schedules: [half, half] },
      ],
    };
    const schedule = createSchedule(JSON.parse(JSON.stringify(config)));
    expect(Array.from({ length: 9 }, (_, step) => schedule(step).lr)).toEqual([2, 3, 4, 1, 1, 0.5, 0.5, 1, 0.25]);
  });

  test('knows 21 names', () => {
    expect(scheduleNames).toHaveLength(21);
    expect(scheduleNames).toContain('cosineAnnealingLR');
  });

  test('an unknown name names the nearest known one', () => {
    const error = errorFrom(() => createSchedule({ name: 'cosineAnealingLR' }));
    expect(error.message).toMatch(/^there is no schedule "cosineAnealingLR"\n/);
    expect(error.remedy).toBe('did you mean "cosineAnnealingLR"?');
    expect(() => createSchedule({ name: 'toString' })).toThrow(/no schedule "toString"/);
    expect(() => createSchedule({} as ScheduleConfig)).toThrow(/no schedule "undefined"/);
  });

  test.each([
    [{ name: 'warmup', steps: 2 }, /warmup needs the option "schedule"/],
    [{ name: 'warmup', step: 2, schedule: { name: 'constant', lr: 1 } }, /did you mean "steps"/],
    [{ name: 'sequentialLR', schedules: [3], milestones: [] }, /a list in which each is a schedule/],
    [{ name: 'chainedScheduler', schedule: [] }, /did you mean "schedules"/],
    [{ name: 'stepLR', lr: 1, stepsize: 2 }, /did you mean "stepSize"/],
  ])('refuses %j', (config, message) => {
    expect(() => createSchedule(config)).toThrow(message);
  });
});
