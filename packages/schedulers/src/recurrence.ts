import { ConfigError } from '@evenkeel/errors';

/**
 * The value at any step of `value = next(value, step)`, which starts at step 0 from `start`.
 *
 * The last value is remembered: asking in rising order costs one `next` a step, going back starts over from 0.
 */
export function recurrence<Value>(start: Value, next: (value: Value, step: number) => Value): (step: number) => Value {
  let last = -1;
  let value = start;
  return (step) => {
    if (!Number.isInteger(step)) {
      throw new ConfigError('a schedule that builds on the step before has no rate between steps', {
        got: `step ${step}`,
        expected: 'a whole number',
      });
    }
    if (step < last) {
      last = -1;
      value = start;
    }
    while (last < step) value = next(value, ++last);
    return value;
  };
}
