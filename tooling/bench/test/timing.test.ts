import { expect, test } from 'vitest';
import { flopsPerTurn, peakModule } from '../src/contenders/peak-module.ts';
import { alter } from '../src/contenders/variant.ts';
import { resultOf, summary } from '../src/report.ts';
import { median } from '../src/timing/median.ts';
import type { Timing } from '../src/timing/race.ts';
import { workloads } from '../src/workloads/index.ts';

test('the median is the middle one, or lies between the two in the middle', () => {
  expect(median([9, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 4])).toBe(3);
});

test('a ratio says how many times as long as the first contender another takes, by medians; one that failed has none', () => {
  const timing = (contender: string, steps: number[], error?: string) =>
    ({ contender, steps, processor: steps.map((time) => time * time), error }) as Timing;
  const timings = [
    timing('ours', [2, 2, 50]),
    timing('theirs', [5, 1, 6]),
    timing('theirs, tuned', [4]),
    timing('slow', [8]),
    timing('native', [1]),
    timing('broken', [1], 'it broke'),
  ];
  const result = resultOf(workloads[0]!, timings, [
    { name: 'ours' },
    { name: 'slow', peerStyle: 'written' },
    { name: 'theirs', peerStyle: 'written' },
    { name: 'theirs, tuned', peerStyle: 'tuned' },
    { name: 'broken', peerStyle: 'tuned' },
    { name: 'native' },
  ]);
  expect(result.medians).toEqual({ ours: 2, theirs: 5, 'theirs, tuned': 4, slow: 8, native: 1 });
  expect(result.ratios).toEqual({ theirs: 2.5, 'theirs, tuned': 2, slow: 4, native: 0.5 });
  expect(result.processorRatios).toEqual({ theirs: 6.25, 'theirs, tuned': 4, slow: 16, native: 0.25 });
  expect(result.bestPeers).toEqual({ written: 'theirs', tuned: 'theirs, tuned' });
  expect(summary([result]).join('\n')).toMatch(
    /theirs ×2.50, processor ×6.25 +theirs, tuned ×2.00, processor ×4.00 +\(slow ×4.00; native ×0.50\)/,
  );
  expect(summary([resultOf(workloads[0]!, timings)])).toEqual([]);
});

test.each([true, false])('the loop that measures the peak computes what it says (fused: %s)', (isFused) => {
  const f = new WebAssembly.Instance(new WebAssembly.Module(peakModule(isFused))).exports['f'] as (
    ...numbers: number[]
  ) => number;
  // Twelve chains begin at 0.5; each turn makes x into x / 2 + 1 / 2.
  expect(f(1, 0.5, 0.5)).toBe(12 * 0.75);
  expect(f(2, 0.5, 0.5)).toBe(12 * 0.875);
  expect(flopsPerTurn).toBe(12 * 4 * 2);
});

test('a variant differs from the first in one thing, or in all that are joined', () => {
  const variant = { host: 'node', backend: 'wasm', threads: 1, relaxed: true, wide: false, eager: false } as const;
  expect(alter(variant, 'threads=2')).toEqual({ ...variant, threads: 2 });
  expect(alter(variant, 'plain')).toEqual({ ...variant, relaxed: false });
  expect(alter(variant, 'wide+threads=2')).toEqual({ ...variant, wide: true, threads: 2 });
  expect(alter(variant, 'eager')).toEqual({ ...variant, eager: true });
  expect(alter(variant, 'chromium')).toEqual({ ...variant, host: 'chromium' });
  expect(alter(variant, 'chromium+threads=2')).toEqual({ ...variant, host: 'chromium', threads: 2 });
});
