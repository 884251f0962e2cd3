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
/** Steps between two snapshots, where the device can be lost; one comes early, when all is there that the first steps make. */
const SNAPSHOT_EVERY = 100;
const EARLY_SNAPSHOT = 3;
/** How often a device may be lost before a step is done that was not done before. */
const MOST_LOSSES = 3;

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
/** The last step that was told; what is done again is not told again. */
let told = 0;
/** What takes the race back to its last snapshot, and the step of the next one. */
let goBack: ((backend: Backend) => void) | undefined;
let nextSnapshot = 0;
let losses = 0;

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  if (command.do === 'start') {
    ({ run, settings, device, until: target, playing: isPlaying, pace } = command);
    race = undefined;
  } else if (command.do === 'pace') {
    pace = command.pace;
  } else {
    isPlaying = command.do === 'play';
    target = command.do === 'step' ? Math.max(race?.step ?? 0, told) + 1 : 0;
  }
  if (!isAtWork) void work();
};

/** Goes on until there is nothing to do; commands that come in between are seen after each report. */
async function work(): Promise<void> {
  isAtWork = true;
  while (!race || isPlaying || isBehind(race) || race.step !== pictured) {
    const current = run;
    try {
      if (!race) await begin(current);
      else if (isPlaying || isBehind(race)) await train(race, current);
      else await show(race, current);
    } catch (error) {
      // A run that was given up may fail as it likes.
      if (current === run && !(await recover(current))) {
        fail(error);
        break;
      }
    }
    await messages();
  }
  isAtWork = false;
}

/** Whether it is not yet where it shall be, or was before its device was lost. */
function isBehind({ step }: Race): boolean {
  return step < Math.max(target, told);
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
  [told, goBack, nextSnapshot, losses] = [0, undefined, 0, 0];
  tell({ run: current, tells: 'ready', layerNames: begun.layerNames, points: begun.points });
}

/** Trains for one report's time. */
async function train(current: Race, itsRun: number): Promise<void> {
  if (backend?.reopen && current.step >= nextSnapshot) {
    goBack = await current.remember();
    nextSnapshot = current.step < EARLY_SNAPSHOT ? EARLY_SNAPSHOT : current.step + SNAPSHOT_EVERY;
  }
  // What an address asks for is made up for at once.
  const rate = isBehind(current) ? paces.full : paces[pace];
  const milliseconds = Math.max(REPORT_EVERY, 1000 / rate);
  const most = Math.max(1, Math.round((rate * milliseconds) / 1000));
  const end = performance.now() + milliseconds;
  const readings: PerSide<Reading>[] = [];
  do {
    const reading = await current.advance();
    if (current.step <= told) continue;
    readings.push(reading);
    [told, losses] = [current.step, 0];
  } while (readings.length < most && performance.now() < end && (isPlaying || isBehind(current)));
  if (readings.length > 0) tell({ run: itsRun, tells: 'progress', step: current.step, readings });
  if (!isBehind(current) && isPlaying && performance.now() >= nextPicture) await show(current, itsRun);
  if (isPlaying && rate < paces.full) await until(end);
}

/** Goes on from the last snapshot on another device, if the device was lost; says whether it does. */
async function recover(itsRun: number): Promise<boolean> {
  const lost = backend;
  if (!lost?.isLost || !lost.reopen || !goBack || ++losses > MOST_LOSSES) return false;
  try {
    backend = await lost.reopen();
    lost.dispose();
    // Another run may have been asked for in the meantime.
    if (itsRun !== run || !race) return true;
    goBack(backend);
    pictured = -1;
    const message = `The GPU was lost after step ${told}. Training goes on from step ${race.step} on another one.`;
    tell({ run: itsRun, tells: 'notice', message });
    return true;
  } catch {
    // That the device was lost says more than that there is no other.
    return backend !== lost && backend?.isLost === true ? recover(itsRun) : false;
  }
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
  const told = error instanceof Error ? error.message : String(error);
  const message = backend?.isLost ? 'The GPU was lost, and no other could be opened or kept.' : told;
  tell({ run, tells: 'failed', message });
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
