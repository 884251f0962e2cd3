/** A kernel's work cut in parts by its shape alone, of which each call of a phase's function does some. */
import { type FunctionBuilder, i32, type Local, type Value } from '../assembler/index.ts';

/** How a range is cut: part p is `[p · unit, (p + 1) · unit)`, and the last takes what is left. */
export interface Cut {
  readonly parts: number;
  readonly unit: number;
}

/** The parts from `from` to below `to` of a cut range. */
export interface Share extends Cut {
  readonly from: Value<'i32'>;
  readonly to: Value<'i32'>;
}

/** An axis that is cut, and the share of one. */
export interface CutAxis {
  readonly axis: number;
  readonly cut: Cut;
}

export interface SharedAxis {
  readonly axis: number;
  readonly share: Share;
}

/** The number of a part has six bits in the word that threads claim parts by. */
const mostParts = 60;
/** In nanoseconds, roughly: handing a part to another thread costs a tenth of it. */
const leastWork = 2500;

/** Parts that go side by side. */
const abreast = 4;

/** How `count` steps of a loop are cut, given all its work in nanoseconds; one part where cutting is not worth it. */
export function cut(count: number, step: number, work: number): Cut {
  const parts = Math.max(1, Math.min(count, mostParts, Math.floor(work / leastWork)));
  const steps = Math.ceil(count / parts);
  return { parts: Math.ceil(count / steps), unit: steps * step };
}

/** Where a share of a range of `extent` begins and ends. */
export function bounds(f: FunctionBuilder, share: Share, extent: number): [Local<'i32'>, Local<'i32'>] {
  const end = f.i32(i32.mul(share.to, share.unit));
  return [f.i32(i32.mul(share.from, share.unit)), f.i32(i32.minU(end, extent))];
}

/** `body` for each step of a share of `[0, extent)`, all of it where there is no share; `extent` is a multiple of `step`. */
export function overShare(
  f: FunctionBuilder,
  share: Share | undefined,
  extent: number,
  step: number,
  body: (position: Local<'i32'>) => void,
): void {
  if (extent === 0) return;
  const [start, end] = share ? bounds(f, share, extent) : [0, extent];
  const position = f.i32();
  const loop = (): void => f.range(position, start, end, step, () => body(position));
  // What follows the whole steps may be a part of its own.
  if (share && extent <= share.unit * (share.parts - 1)) f.if(i32.ltU(start, end), loop);
  else loop();
}

/**
 * The same in another order, for steps that have nothing to do with each other: some parts go forward side by side. What comes from
 * beyond the caches comes faster along several streams than along one.
 */
export function overShareAbreast(
  f: FunctionBuilder,
  { from, to, unit }: Share,
  extent: number,
  step: number,
  body: (position: Local<'i32'>) => void,
): void {
  const part = f.i32();
  f.range(part, from, to, abreast, () => {
    const first = f.i32(i32.mul(part, unit));
    const endOfFirst = f.i32(i32.minU(i32.add(first, unit), extent));
    const end = f.i32(i32.minU(i32.mul(i32.minU(i32.add(part, abreast), to), unit), extent));
    const start = f.i32();
    const position = f.i32();
    const loop = (): void =>
      f.range(start, first, endOfFirst, step, () => f.range(position, start, end, unit, () => body(position)));
    // What follows the whole steps may be a part of its own.
    f.if(i32.ltU(first, extent), loop);
  });
}

/** `body` where the share ends with the last part. */
export function inLastPart(f: FunctionBuilder, share: Share | undefined, body: () => void): void {
  if (share) f.if(i32.eq(share.to, share.parts), body);
  else body();
}
