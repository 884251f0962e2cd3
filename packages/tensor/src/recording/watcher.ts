/** Who is told what becomes of compiled functions, so that it can be printed. */
import type { Binding } from '@evenkeel/backend';
import type { PlanOptions } from '@evenkeel/compiler';
import type { Device, PreparedProgram } from '../engine/device.ts';
import { environment } from './environment.ts';
import type { Outline } from './outline.ts';
import type { Guard } from './recorder.ts';

/** A call that is written down, and why. */
export interface RecordedCall {
  readonly fn: (...args: never[]) => unknown;
  readonly args: readonly unknown[];
  /** What guards the recordings that there are of calls with such arguments, the latest last. */
  readonly guards: readonly (readonly Guard[])[];
  /** Whether one of them holds, and is compared with this call. */
  readonly isCompared: boolean;
}

/** Hears of every call that is written down. */
export type Watcher = (call: RecordedCall) => PlanWatcher;

/** Hears that the recording of a call is planned; gives what runs the program instead of the device, if anything shall. */
export type PlanWatcher = (outline: Outline<unknown>, options: PlanOptions) => Runner | undefined;

/** Runs a prepared program on a device. */
export type Runner = (
  device: Device,
  operation: PreparedProgram,
  buffers: readonly Binding[],
  numbers: readonly number[],
) => void;

let installed: Watcher | null | undefined;

/** Has somebody watch, or with `null` nobody, whatever `DEBUG` says. */
export function watchWith(watcher: Watcher | null): void {
  installed = watcher;
}

/** Whoever watches. With `DEBUG=1` to `4` in Node that is `@evenkeel/tensor/debug`, which nothing else loads. */
export function watcher(): Watcher | null | undefined {
  const level = environment('DEBUG') ?? '';
  if (installed === undefined && /^[1-4]$/.test(level)) load(Number(level));
  return installed;
}

/** Loads the printers at once, so that they are there when the first call fails. Bundlers do not see them. */
function load(level: number): void {
  try {
    const { process } = globalThis as unknown as Node;
    const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
    require('@evenkeel/tensor/debug').debug(level);
  } catch (error) {
    installed = null;
    console.warn(`DEBUG=${level}: cannot load @evenkeel/tensor/debug, import it and call debug(${level}): ${error}`);
  }
}

interface Node {
  readonly process: {
    getBuiltinModule(name: string): {
      createRequire(from: string): (name: string) => { debug(level: number): void };
    };
  };
}
