import { expect, it } from 'vitest';
import { LossHistory } from '../src/state/loss-history.ts';

it('a loss history keeps every loss while there are few', () => {
  const history = new LossHistory();
  for (let step = 1; step <= 3; step++) history.add(step, { a: step, b: 10 * step });
  expect(history.columns).toEqual([
    [1, 2, 3],
    [1, 2, 3],
    [10, 20, 30],
  ]);
});

it('a loss history of many steps has bounded length, and means that stand at their last step', () => {
  const history = new LossHistory();
  for (let step = 1; step <= 10_000; step++) history.add(step, { a: step, b: -step });
  const [steps, a, b] = history.columns;
  expect(steps.length).toBeLessThanOrEqual(LossHistory.MOST);
  expect(steps.length).toBeGreaterThan(LossHistory.MOST / 4);
  const stride = (steps[1] as number) - (steps[0] as number);
  // The mean of s - stride + 1 … s.
  steps.forEach((step, index) => {
    expect(a[index]).toBe(step - (stride - 1) / 2);
    expect(b[index]).toBe(-(a[index] as number));
  });
});
