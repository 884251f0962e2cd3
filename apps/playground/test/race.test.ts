import { wasm } from '@evenkeel/backend-wasm';
import { memory, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DatesPicture, PointsPicture } from '../src/experiment/contestant.ts';
import { Race } from '../src/experiment/race.ts';
import { initialSettings, type Settings } from '../src/experiment/settings.ts';

beforeEach(() => useBackend(wasm()));

const small: Readonly<Record<string, Settings>> = {
  points: { ...initialSettings('points'), depth: 4 } as Settings,
  dates: { ...initialSettings('dates'), depth: 1, width: 16 } as Settings,
};

describe.each(Object.entries(small))('a race on %s', (_, settings) => {
  it('begins with the same loss on both sides, whatever they differ in', async () => {
    const { a, b } = await new Race(settings).advance();
    expect(settings.a).not.toBe(settings.b);
    expect(a.loss).toBe(b.loss);
    const classes = settings.task === 'points' ? 2 : 44;
    expect(a.loss).toBeCloseTo(Math.log(classes), 5);
  });

  it('is the same run again from the same settings, and another from another seed', async () => {
    const run = async (chosen: Settings) => {
      const race = new Race(chosen);
      const readings = [];
      for (let step = 0; step < 12; step++) readings.push(await race.advance());
      return { readings, pictures: await race.pictures() };
    };
    const first = await run(settings);
    expect(await run(settings)).toEqual(first);
    expect((await run({ ...settings, seed: 2 } as Settings)).readings.at(-1)).not.toEqual(first.readings.at(-1));
  });

  it('goes on from where it remembers on another device, as if nothing had happened', async () => {
    // A device that can be lost is one that another can be opened for.
    const losable = () => Object.assign(wasm(), { reopen: async () => wasm() });
    useBackend(losable());
    const whole = new Race(settings);
    const readings = [];
    for (let step = 0; step < 5; step++) readings.push(await whole.advance());
    const pictures = await whole.pictures();
    const lost = losable();
    useBackend(lost);
    const race = new Race(settings);
    for (const remembered of [0, 3]) {
      while (race.step < remembered) await race.advance();
      const goBack = await race.remember();
      for (let step = 0; step < 2; step++) await race.advance();
      goBack(losable());
      expect(race.step).toBe(remembered);
      lost.dispose();
    }
    for (const reading of readings.slice(3)) expect(await race.advance()).toEqual(reading);
    expect(await race.pictures()).toEqual(pictures);
  });

  it('measures every layer of both networks', async () => {
    const race = new Race(settings);
    await race.advance();
    const { a, b } = await race.advance();
    for (const { activations, gradients } of [a, b]) {
      expect(activations).toHaveLength(race.layerNames.length);
      expect(gradients).toHaveLength(race.layerNames.length);
      for (const scale of [...activations, ...gradients]) expect(scale).toBeGreaterThan(0);
    }
  });
});

it('what is normalized has a scale of one: after LayerNorm and ReLU about √½', async () => {
  const race = new Race({ ...small['points'], a: 'layer', b: 'layer' } as Settings);
  const { a } = await race.advance();
  for (const scale of a.activations) expect(scale).toBeCloseTo(Math.SQRT1_2, 1);
});

it('a picture of the plane has a likelihood for each place, and tells what was learned', async () => {
  const race = new Race({ ...small['points'], a: 'batch', b: 'none', lr: 0.3 } as Settings);
  const before = (await race.pictures()).a as PointsPicture;
  // A head of zeros cannot choose.
  expect(new Set(before.grid)).toEqual(new Set([0.5]));
  for (let step = 0; step < 300; step++) await race.advance();
  const { grid, accuracy } = (await race.pictures()).a as PointsPicture;
  expect(grid).toHaveLength(40 * 40);
  expect(Math.min(...grid)).toBeLessThan(0.2);
  expect(Math.max(...grid)).toBeGreaterThan(0.8);
  expect(accuracy).toBeGreaterThan(0.8);
});

it('a picture of the dates answers days that were never trained on', async () => {
  const { answers } = (await new Race(small['dates']!).pictures()).a as DatesPicture;
  expect(answers).toHaveLength(5);
  for (const { written, iso } of answers) {
    expect(written).not.toBe('');
    expect(iso).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

it('a race that goes on takes no more memory', async () => {
  const race = new Race(small['points']!);
  const use = async (steps: number) => {
    for (let step = 0; step < steps; step++) await race.advance();
    await race.pictures();
    return memory().bytes;
  };
  const early = await use(20);
  expect(await use(300)).toBe(early);
});
