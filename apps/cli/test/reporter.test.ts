import type { TrainEvent } from '@evenkeel/trainer';
import { describe, expect, test } from 'vitest';
import { drawBar, formatTime } from '../src/terminal/progress-bar.ts';
import { Reporter, type Screen } from '../src/terminal/reporter.ts';

const step = (number: number, steps = 100): TrainEvent => ({
  type: 'step',
  step: number,
  steps,
  epoch: 0,
  loss: 2,
  lr: 0.1,
});

/** Reports events that come half a second apart. */
function report(screen: Omit<Screen, 'write'>, events: TrainEvent[], more?: (reporter: Reporter) => void): string {
  let written = '';
  let now = 0;
  const write = (text: string) => {
    written += text;
  };
  const reporter = new Reporter({ ...screen, write }, 'dates', () => now);
  for (const event of events) {
    reporter.event(event);
    now += 500;
  }
  more?.(reporter);
  reporter.end();
  return written;
}

const run = Array.from({ length: 100 }, (_, index) => step(index + 1));

describe('the reporter', () => {
  test('writes twenty plain lines where there is no terminal, with loss, rate and what is left', () => {
    const lines = report({}, run).trimEnd().split('\n');
    expect(lines).toHaveLength(20);
    expect(lines[0]).toBe('step   5/100  loss 2.0000  2.0 steps/s  ETA 0:48');
    expect(lines.at(-1)).toBe('step 100/100  loss 2.0000  2.0 steps/s  ETA 0:00');
  });

  test('draws one line over and over in a terminal, and leaves it there', () => {
    const written = report({ isTTY: true, columns: 80 }, run);
    expect(written.match(/\n/g)).toHaveLength(1);
    expect(written.endsWith('\n')).toBe(true);
    const drawn = written.split('\r');
    expect(drawn[50]).toMatch(/^dates █+░+ 50\/100 {2}loss 2\.0000 {2}2\.0 steps\/s {2}ETA 0:25/);
  });

  test('says which steps were skipped, and averages no loss that is no number', () => {
    const skipped = { ...step(1, 3), loss: Number.NaN, scale: 65536, skipped: true } as TrainEvent;
    const lines = report({}, [skipped, step(2, 3), step(3, 3)]).split('\n');
    expect(lines).toContain('step 1: skipped, gradients overflow in float16 at a loss scale of 65536');
    expect(lines.at(-2)).toMatch(/^step 3\/3 {2}loss 2\.0000/);
  });

  test('clears the bar before a line of text', () => {
    const validation: TrainEvent = { type: 'validation', step: 2, metrics: { loss: 1.5 }, improved: true };
    const written = report({ isTTY: true, columns: 80 }, [step(1), step(2), validation]);
    expect(written).toContain('\r\u001b[Kstep 2: validation loss 1.5000\n');
  });

  test('does not flood a terminal', () => {
    let draws = 0;
    const write = () => draws++;
    const reporter = new Reporter({ isTTY: true, columns: 80, write }, 'dates', () => 0);
    for (const event of run.slice(0, 50)) reporter.event(event);
    expect(draws).toBe(1);
  });
});

describe('the bar', () => {
  const progress = { label: 'dates', done: 50, total: 100, loss: 1, rate: 12.34 };

  test.each([200, 80, 70, 60, 40, 20])('fits into %i columns', (columns) => {
    expect(drawBar(progress, columns).length).toBeLessThan(columns);
  });

  test('is half full when half is done', () => {
    const bar = drawBar(progress, 200);
    expect(bar.match(/█/g)!.length).toBe(bar.match(/░/g)!.length);
  });

  test('writes times as people do', () => {
    expect([0, 59.6, 61, 3600, 3725].map(formatTime)).toEqual(['0:00', '1:00', '1:01', '1:00:00', '1:02:05']);
  });
});
