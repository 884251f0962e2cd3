import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { replay, type SchedulerCase } from './golden-case.ts';

const file = new URL('../../../tooling/goldens/cases/schedulers.json', import.meta.url);
const { cases }: { cases: SchedulerCase[] } = JSON.parse(readFileSync(file, 'utf8'));

describe("PyTorch's numbers", () => {
  test('there are cases to replay', () => {
    expect(cases).toHaveLength(39);
  });

  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
    const got = replay(golden);
    for (const key of ['lr', 'momentum'] as const) {
      const want = golden.outputs[key].data;
      const outside = want.flatMap((value, index) => {
        const difference = Math.abs((got[key][index] ?? Number.NaN) - value);
        return difference <= golden.atol + golden.rtol * Math.abs(value)
          ? []
          : [{ index, value, got: got[key][index] }];
      });
      expect(outside, key).toEqual([]);
      expect(got[key]).toHaveLength(want.length);
    }
  });

  test('an op or an option that this package does not know is a failure', () => {
    const golden = cases[0]!;
    expect(() => replay({ ...golden, op: 'optim.lr_scheduler.StepsLR' })).toThrow(/did you mean "stepLR"/);
    expect(() => replay({ ...golden, attrs: { ...golden.attrs, gama: 1 } })).toThrow(/did you mean "gamma"/);
  });
});
