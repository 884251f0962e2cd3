/** What the page and the worker tell each other. */
import type { Picture, Reading } from './contestant.ts';
import type { DeviceName } from './device-field.ts';
import type { Pace } from './pace.ts';
import type { PointSet } from './point-sets.ts';
import type { PerSide } from './race.ts';
import type { Settings } from './settings.ts';

export type Command =
  /** Begins anew; runs up to the step `until` at once, and goes on from there if `playing`. */
  | {
      readonly do: 'start';
      readonly run: number;
      readonly settings: Settings;
      readonly device: DeviceName;
      readonly until: number;
      readonly playing: boolean;
      readonly pace: Pace;
    }
  | { readonly do: 'pace'; readonly pace: Pace }
  | { readonly do: 'play' }
  | { readonly do: 'pause' }
  /** One step, then it pauses. */
  | { readonly do: 'step' };

/** `run` is the number that came with the start of the run it belongs to. */
export type Report = { readonly run: number } & (
  | { readonly tells: 'ready'; readonly layerNames: readonly string[]; readonly points: PointSet | undefined }
  /** Steps that were done since the last report, in order; the last one is number `step`. */
  | { readonly tells: 'progress'; readonly step: number; readonly readings: readonly PerSide<Reading>[] }
  | { readonly tells: 'pictures'; readonly step: number; readonly pictures: PerSide<Picture> }
  /** Something that went wrong, and was put right. */
  | { readonly tells: 'notice'; readonly message: string }
  | { readonly tells: 'failed'; readonly message: string }
);
