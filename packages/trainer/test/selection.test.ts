import { describe, expect, test } from 'vitest';
import { Selection } from '../src/selection.ts';

describe('Selection', () => {
  test('remembers the best validation and counts those after it', () => {
    const selection = new Selection();
    const verdicts = [3, 2, 2, 2.5, 1].map((loss, index) => selection.update(index + 1, { loss }));
    expect(verdicts).toEqual([true, true, false, false, true]);
    expect(selection.state).toEqual({ best: { step: 5, value: 1 }, unimproved: 0 });
  });

  test('wants more of a metric that is to be maximized, and more than minDelta', () => {
    const selection = new Selection({ monitor: 'accuracy', goal: 'maximize', minDelta: 0.1 });
    const verdicts = [0.5, 0.55, 0.75].map((accuracy, index) => selection.update(index, { accuracy }));
    expect(verdicts).toEqual([true, false, true]);
  });

  test('never takes NaN for better', () => {
    const selection = new Selection();
    expect(selection.update(1, { loss: Number.NaN })).toBe(false);
    expect(selection.update(2, { loss: 5 })).toBe(true);
    expect(selection.update(3, { loss: Number.NaN })).toBe(false);
    expect(selection.state).toEqual({ best: { step: 2, value: 5 }, unimproved: 1 });
  });

  test('goes on from a saved state as if never stopped', () => {
    const whole = new Selection();
    const first = new Selection();
    for (const [step, loss] of [4, 3, 3.5].entries()) {
      whole.update(step, { loss });
      first.update(step, { loss });
    }
    const second = new Selection({}, JSON.parse(JSON.stringify(first.state)));
    expect([second.update(3, { loss: 3.2 }), second.state]).toEqual([whole.update(3, { loss: 3.2 }), whole.state]);
  });

  test('names a metric that was not measured', () => {
    expect(() => new Selection({ monitor: 'f1' }).update(1, { loss: 1 })).toThrow(/"f1"[\s\S]*metrics loss/);
  });
});
