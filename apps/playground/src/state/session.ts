/** What the page shows, and what it asks of the worker. */
import { batch, computed, signal } from '@preact/signals';
import type { Picture, Reading } from '../experiment/contestant.ts';
import type { DeviceName } from '../experiment/device-field.ts';
import type { Command, Report } from '../experiment/messages.ts';
import type { Pace } from '../experiment/pace.ts';
import type { PointSet } from '../experiment/point-sets.ts';
import type { PerSide } from '../experiment/race.ts';
import { fields, initialSettings, type Settings, type TaskName } from '../experiment/settings.ts';
import { readAddress, writeAddress } from './address.ts';
import { LossHistory } from './loss-history.ts';

/** Milliseconds between two changes of the address while it plays; browsers refuse many. */
const ADDRESS_EVERY = 1000;

const place = readAddress(location.search);

export const settings = signal<Settings>(place.settings);
export const isPlaying = signal(false);
export const pace = signal<Pace>(place.pace);
export const device = signal<DeviceName>(place.device);
/** Steps done, of those that the address asked for. */
export const step = signal(0);
export const awaitedStep = signal(place.step);
export const layerNames = signal<readonly string[]>([]);
/** What the networks learn from, where it can be drawn. */
export const points = signal<PointSet | undefined>(undefined);
/** A new object after each report. */
export const losses = signal<{ readonly history: LossHistory }>({ history: new LossHistory() });
export const reading = signal<PerSide<Reading> | undefined>(undefined);
export const pictures = signal<PerSide<Picture> | undefined>(undefined);
/** The step that the pictures show. */
const pictured = signal(-1);
export const failure = signal('');
/** What went wrong and was put right. */
export const notice = signal('');
/** Whether a last picture is still to come. */
export const isBehind = computed(() => !isPlaying.value && pictured.value !== step.value && failure.value === '');
export const isCatchingUp = computed(() => step.value < awaitedStep.value && failure.value === '');

const worker = new Worker(new URL('../experiment/worker.ts', import.meta.url), { type: 'module' });
let run = 0;
let addressWritten = 0;

worker.onmessage = ({ data: report }: MessageEvent<Report>) => {
  if (report.run !== run) return;
  batch(() => {
    if (report.tells === 'ready') begin(report);
    else if (report.tells === 'progress') take(report.step, report.readings);
    else if (report.tells === 'pictures') show(report);
    else if (report.tells === 'notice') notice.value = report.message;
    else fail(report.message);
  });
};
worker.onerror = ({ message }) => fail(message || 'The worker that trains could not be loaded.');

/** Begins with the settings as they are. */
export function restart({ until = 0, playing = isPlaying.value } = {}): void {
  run++;
  batch(() => {
    step.value = 0;
    awaitedStep.value = until;
    losses.value = { history: new LossHistory() };
    reading.value = undefined;
    pictures.value = undefined;
    pictured.value = -1;
    failure.value = '';
    notice.value = '';
    isPlaying.value = playing;
  });
  send({ do: 'start', run, settings: settings.value, device: device.value, until, playing, pace: pace.value });
  writeHere();
}

/** Begins where the address is. */
export function open(): void {
  restart({ until: place.step, playing: false });
}

export function toggle(): void {
  isPlaying.value = !isPlaying.value;
  awaitedStep.value = 0;
  send({ do: isPlaying.value ? 'play' : 'pause' });
  writeHere();
}

export function advance(): void {
  isPlaying.value = false;
  awaitedStep.value = 0;
  send({ do: 'step' });
}

/** Changes one setting and begins anew with it. */
export function choose(name: string, value: string | number): void {
  settings.value = { ...settings.value, [name]: value } as Settings;
  restart();
}

/** Goes on faster or slower. */
export function choosePace(chosen: Pace): void {
  pace.value = chosen;
  send({ do: 'pace', pace: chosen });
  writeHere();
}

/** Begins anew on another device. */
export function chooseDevice(chosen: DeviceName): void {
  device.value = chosen;
  restart();
}

/** Goes to another task, with its own settings. */
export function chooseTask(task: TaskName): void {
  if (task === settings.value.task || !Object.hasOwn(fields, task)) return;
  settings.value = initialSettings(task);
  restart();
}

function begin({ layerNames: names, points: drawn }: Extract<Report, { tells: 'ready' }>): void {
  layerNames.value = names;
  points.value = drawn;
}

function take(newStep: number, readings: readonly PerSide<Reading>[]): void {
  const { history } = losses.value;
  const first = newStep - readings.length + 1;
  for (const [index, { a, b }] of readings.entries()) history.add(first + index, { a: a.loss, b: b.loss });
  step.value = newStep;
  losses.value = { history };
  reading.value = readings.at(-1);
  if (!isPlaying.value || performance.now() > addressWritten + ADDRESS_EVERY) writeHere();
}

function show({ step: shown, pictures: both }: Extract<Report, { tells: 'pictures' }>): void {
  pictured.value = shown;
  pictures.value = both;
}

function fail(message: string): void {
  failure.value = message;
  isPlaying.value = false;
}

function writeHere(): void {
  addressWritten = performance.now();
  const here = {
    settings: settings.value,
    pace: pace.value,
    device: device.value,
    step: Math.max(step.value, awaitedStep.value),
  };
  globalThis.history.replaceState(null, '', writeAddress(here));
}

function send(command: Command): void {
  worker.postMessage(command);
}
