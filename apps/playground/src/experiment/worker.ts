/** Trains away from the page, so that the page stays quick. */
import { type Backend, useBackend } from '@evenkeel/tensor';
import type { Reading } from './contestant.ts';
import { openDevice } from './device.ts';
import type { DeviceName } from './device-field.ts';
import type { Command, Report } from './messages.ts';
import { type Pace, paces } from './pace.ts';
import { type PerSide, Race } from './race.ts';
import type { Settings } from './settings.ts';

/** Milliseconds of training between two reports, or more where a step a report is too many. */
const REPORT_EVERY = 40;
/** A picture takes at most one part in so many of the time. */
const PICTURE_SHARE = 5;

const { port1: here, port2: there } = new MessageChannel();

let settings: Settings;
let device: DeviceName = 'wasm';
let run = 0;
let race: Race | undefined;
let backend: Backend | undefined;
/** Up to which step it goes on without playing. */
let target = 0;
let isPlaying = false;
let pace: Pace = 'full';
let isAtWork = false;
/** The step that was last shown, and when another may be. */
let pictured = -1;
let nextPicture = 0;

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  if (command.do === 'start') {
    ({ run, settings, device, until: target, playing: isPlaying, pace } = command);
    race = undefined;
  } else if (command.do === 'pace') {
    pace = command.pace;
  } else {
    isPlaying = command.do === 'play';
    target = command.do === 'step' ? (race?.step ?? 0) + 1 : 0;
  }
  if (!isAtWork) void work();
};

/** Goes on until there is nothing to do; commands that come in between are seen after each report. */
async function work(): Promise<void> {
  isAtWork = true;
  while (!race || isPlaying || race.step < target || race.step !== pictured) {
    const current = run;
    try {
      if (!race) await begin(current);
      else if (isPlaying || race.step < target) await train(race, current);
      else await show(race, current);
    } catch (error) {
      // A run that was given up may fail as it likes.
      if (current === run) {
        fail(error);
        break;
      }
    }
    await messages();
  }
  isAtWork = false;
}

async function begin(current: number): Promise<void> {
  backend?.dispose();
  backend = undefined;
  backend = await openDevice(device);
  // Another run may have been asked for in the meantime.
  if (current !== run) return;
  useBackend(backend);
  const begun = new Race(settings);
  race = begun;
  pictured = -1;
  tell({ run: current, tells: 'ready', layerNames: begun.layerNames, points: begun.points });
}

/** Trains for one report's time. */
async function train(current: Race, itsRun: number): Promise<void> {
  const isBehind = () => current.step < target;
  // What an address asks for is made up for at once.
  const rate = isBehind() ? paces.full : paces[pace];
  const milliseconds = Math.max(REPORT_EVERY, 1000 / rate);
  const most = Math.max(1, Math.round((rate * milliseconds) / 1000));
  const end = performance.now() + milliseconds;
  const readings: PerSide<Reading>[] = [];
  do {
    readings.push(await current.advance());
  } while (readings.length < most && performance.now() < end && (isPlaying || isBehind()));
  tell({ run: itsRun, tells: 'progress', step: current.step, readings });
  if (!isBehind() && isPlaying && performance.now() >= nextPicture) await show(current, itsRun);
  if (isPlaying && rate < paces.full) await until(end);
}

async function show(current: Race, itsRun: number): Promise<void> {
  const began = performance.now();
  pictured = current.step;
  tell({ run: itsRun, tells: 'pictures', step: pictured, pictures: await current.pictures() });
  const ended = performance.now();
  nextPicture = ended + PICTURE_SHARE * (ended - began);
}

function fail(error: unknown): void {
  isPlaying = false;
  target = 0;
  tell({ run, tells: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function tell(report: Report): void {
  self.postMessage(report);
}

/** Waits; messages come in. */
function until(end: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())));
}

/** Lets messages in; a timeout would wait for four milliseconds more. */
function messages(): Promise<void> {
  return new Promise((resolve) => {
    here.onmessage = () => resolve();
    there.postMessage(undefined);
  });
}
