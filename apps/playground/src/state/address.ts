import { type DeviceName, deviceField } from '../experiment/device-field.ts';
import { type Pace, paceField } from '../experiment/pace.ts';
import { type Fields, fields, initialSettings, type Settings, type TaskName } from '../experiment/settings.ts';

/** What the address of the page holds: the same address gives the same picture. */
export interface Place {
  readonly settings: Settings;
  readonly pace: Pace;
  readonly device: DeviceName;
  /** Steps that were done. */
  readonly step: number;
}

/** The most steps that a page makes up for when it is opened. */
const MOST_STEPS = 100_000;

/** Reads an address; what is missing or unknown there is as at the beginning. */
export function readAddress(search: string): Place {
  const parameters = new URLSearchParams(search);
  const given = parameters.get('task') ?? '';
  const task: TaskName = Object.hasOwn(fields, given) ? (given as TaskName) : 'points';
  const table: Fields = fields[task];
  const chosen = Object.entries(table).flatMap(([name, { values }]) => {
    const value = values.find((candidate) => String(candidate) === parameters.get(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  const step = Number(parameters.get('step'));
  return {
    settings: { ...initialSettings(task), ...Object.fromEntries(chosen) } as Settings,
    pace: paceField.values.find((pace) => pace === parameters.get('pace')) ?? paceField.initial,
    device: deviceField.values.find((device) => device === parameters.get('device')) ?? deviceField.initial,
    step: Number.isInteger(step) && step > 0 ? Math.min(step, MOST_STEPS) : 0,
  };
}

/** The other way round. */
export function writeAddress({ settings, pace, device, step }: Place): string {
  const parameters = new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  parameters.set('pace', pace);
  parameters.set('device', device);
  if (step > 0) parameters.set('step', String(step));
  return `?${parameters}`;
}
