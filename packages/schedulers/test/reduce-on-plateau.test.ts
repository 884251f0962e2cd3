import { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from '@evenkeel/schedulers';
import { describe, expect, test } from 'vitest';

const fold = (options: Omit<ReduceLROnPlateauOptions, 'lr'>, metrics: number[]) => {
  const scheduler = new ReduceLROnPlateau({ lr: 1, factor: 0.5, ...options });
  return metrics.map((metric) => scheduler.step(metric));
};

describe('ReduceLROnPlateau', () => {
  test('waits as many bad epochs as its patience, then lowers the rate at the next', () => {
    expect(fold({ patience: 2 }, [5, 5, 5, 5, 5])).toEqual([1, 1, 1, 0.5, 0.5]);
  });

  test('forgets the bad epochs when the metric gets better', () => {
    expect(fold({ patience: 1 }, [5, 5, 4, 4, 4])).toEqual([1, 1, 1, 1, 0.5]);
  });

  test('counts nothing while it cools down', () => {
    expect(fold({ patience: 0, cooldown: 2 }, [5, 5, 5, 5, 5])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
  });

  test.each([
    ['rel', 'min', 10, 9.1, 8.9],
    ['abs', 'min', 10, 9.91, 9.89],
    ['rel', 'max', 10, 10.9, 11.1],
    ['abs', 'max', 10, 10.09, 10.11],
  ] as const)('with threshold 0.1 (%s, %s) after %d does not count %d but counts %d', (...row) => {
    const [thresholdMode, mode, first, tooLittle, enough] = row;
    const options = { thresholdMode, mode, threshold: 0.1, patience: 0 };
    expect(fold(options, [first, tooLittle])).toEqual([1, 0.5]);
    expect(fold(options, [first, enough])).toEqual([1, 1]);
  });

  test('stops at the smallest rate', () => {
    expect(fold({ patience: 0, minLr: 0.3 }, [5, 5, 5, 5])).toEqual([1, 0.5, 0.3, 0.3]);
  });

  test('leaves out a reduction that is not worth it', () => {
    expect(fold({ patience: 0, eps: 0.5 }, [5, 5, 5])).toEqual([1, 1, 1]);
  });

  test('takes NaN for no better', () => {
    expect(fold({ patience: 0 }, [5, Number.NaN])).toEqual([1, 0.5]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 9, 13])(
    'goes on from a state saved as JSON after %d epochs as if nothing had happened',
    (stop) => {
      const metrics = [9, 9, 9, 7, 8, 8, 8, 8, 8, 8, 6, 8, 8, 8, 8, 8];
      const options = { lr: 1, patience: 1, cooldown: 2 };
      const whole = new ReduceLROnPlateau(options);
      const first = new ReduceLROnPlateau(options);
      for (const metric of metrics.slice(0, stop)) first.step(metric);
      const second = new ReduceLROnPlateau(options);
      second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
      const expected = metrics.map((metric) => whole.step(metric)).slice(stop);
      expect(second.lr).toBe(first.lr);
      expect(metrics.slice(stop).map((metric) => second.step(metric))).toEqual(expected);
      expect(second.stateDict()).toEqual(whole.stateDict());
      expect(whole.stateDict().last_epoch).toBe(16);
    },
  );

  test('refuses what is no state', () => {
    const scheduler = new ReduceLROnPlateau({ lr: 1 });
    expect(() => scheduler.loadStateDict({ best: 1 } as never)).toThrow(/no state of ReduceLROnPlateau/);
    const half = { ...scheduler.stateDict(), cooldown_counter: '2' };
    expect(() => scheduler.loadStateDict(half as never)).toThrow(/"cooldown_counter":"2"/);
  });

  test('refuses a factor that would not lower the rate', () => {
    expect(() => new ReduceLROnPlateau({ lr: 1, factor: 1 })).toThrow(/"factor"/);
  });
});
