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

/** `body` where the share ends with the last part. */
export function inLastPart(f: FunctionBuilder, share: Share | undefined, body: () => void): void {
  if (share) f.if(i32.eq(share.to, share.parts), body);
  else body();
}
