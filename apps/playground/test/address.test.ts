import { describe, expect, it } from 'vitest';
import { initialSettings, type Settings } from '../src/experiment/settings.ts';
import { readAddress, writeAddress } from '../src/state/address.ts';

describe('the address of a run', () => {
  it('gives back what was written to it', () => {
    const settings: Settings = { ...initialSettings('dates'), depth: 2, lr: 0.01 } as Settings;
    const place = { settings, pace: 'slow', device: 'webgpu', step: 120 } as const;
    expect(readAddress(writeAddress(place))).toEqual(place);
  });

  it('is the beginning where it says nothing', () => {
    expect(readAddress('')).toEqual({ settings: initialSettings('points'), pace: 'steady', device: 'wasm', step: 0 });
  });

  it('leaves out what it does not know: values, names, tasks, steps', () => {
    const { settings, step, pace, device } = readAddress(
      '?task=points&depth=7&a=batch&color=red&pace=warp&device=tpu&step=-3',
    );
    expect(settings).toEqual({ ...initialSettings('points'), a: 'batch' });
    expect([step, pace, device]).toEqual([0, 'steady', 'wasm']);
    expect(readAddress('?task=constructor').settings.task).toBe('points');
    expect(readAddress('?step=1e9').step).toBe(100_000);
    expect(readAddress('?step=12.5').step).toBe(0);
  });
});
