import type { Expression, Store } from '@evenkeel/backend';
import { type Integer, i32, type Local } from '../assembler/index.ts';
import { readsNear } from '../renderer/lanes.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { LoopLane } from '../renderer/scope.ts';
import { type CutAxis, cut, inLastPart, overShare, overShareAbreast, type SharedAxis } from './share.ts';

/** One loop of a nest. */
export interface LoopAxis {
  readonly axis: number;
  readonly extent: number;
  /** Vectors per turn; 0 runs the loop one element at a time. */
  readonly copies: number;
  /** Written out instead of looped over, so that a later pass finds what an earlier one has computed. */
  readonly isWrittenOut?: boolean;
}

/** Cuts long loops in blocks, so that a sum never adds more than `turns` values to one register. */
export interface Blocks {
  readonly turns: number;
  flush(): void;
}

export interface Nest {
  readonly axes: readonly LoopAxis[];
  /** What the body will compute and store, for hoisting. */
  readonly values: readonly Expression[];
  readonly stores: readonly Store[];
  readonly blocks?: Blocks | undefined;
  /** The axis of which a call runs only a share. */
  readonly shared?: SharedAxis | undefined;
  /** Whether all that is read and written is much more than caches hold; then the order of the steps is free. */
  readonly isBeyondCaches?: boolean;
  /** Whether the body does with lanes that are no elements as the scope says. */
  readonly allowsPartial?: boolean;
  body(): void;
}

const plain: LoopLane = { vector: false, copies: 1 };

/**
 * Loops over axes, the first outermost. A vector axis runs as several vectors, then single vectors, then as a vector that is filled in
 * part, or elements.
 */
export function runNest(renderer: Renderer, nest: Nest, depth = 0): void {
  const loop = nest.axes[depth];
  if (!loop) {
    nest.body();
    return;
  }
  const vectorAxis = nest.axes.find((a) => a.copies > 0)?.axis;
  renderer.hoist(nest.values, nest.stores, vectorAxis);
  const inside = turnsFrom(nest.axes, depth + 1);
  const run = (from: number, to: number, step: number, lane: LoopLane): void => {
    runLoop(renderer, nest, { axis: loop.axis, from, to, step, lane, inside }, () =>
      runNest(renderer, nest, depth + 1),
    );
  };
  const rest = (): void => {
    const valid = loop.extent - vectors;
    if (isPartial(nest, loop)) run(vectors, loop.extent, valid, { vector: true, copies: 1, valid });
    else run(vectors, loop.extent, 1, plain);
  };
  const share = nest.shared?.axis === loop.axis ? nest.shared.share : undefined;
  const [whole, vectors] = wholeSteps(loop);
  if (share) {
    const lane = loop.copies === 0 ? plain : { vector: true, copies: loop.copies };
    const over = nest.isBeyondCaches ? overShareAbreast : overShare;
    over(renderer.f, share, whole, stepOf(loop), (position) => {
      renderer.within(loop.axis, position, lane, () => runNest(renderer, nest, depth + 1));
    });
    if (whole === loop.extent) return;
    inLastPart(renderer.f, share, () => {
      run(whole, vectors, 4, { vector: true, copies: 1 });
      rest();
    });
    return;
  }
  if (loop.copies === 0 && loop.isWrittenOut) {
    for (let i = 0; i < loop.extent; i++) renderer.again(loop.axis, i, () => runNest(renderer, nest, depth + 1));
    return;
  }
  if (loop.copies === 0) {
    run(0, loop.extent, 1, plain);
    return;
  }
  run(0, whole, stepOf(loop), { vector: true, copies: loop.copies });
  run(whole, vectors, 4, { vector: true, copies: 1 });
  rest();
}

/** Whether what is left of a vector axis is done as one vector. */
export function isPartial({ allowsPartial, values }: Nest, { axis, extent, copies }: LoopAxis): boolean {
  return copies > 0 && extent > 4 && extent % 4 > 1 && allowsPartial === true && readsNear(values, axis);
}

/** The body where axes, counted together row by row, are at a position. */
export function runAt(
  renderer: Renderer,
  axes: readonly { readonly axis: number; readonly extent: number }[],
  position: Local<'i32'>,
  body: () => void,
): void {
  const { f } = renderer;
  const bind = (rest: typeof axes, inside: number): void => {
    const last = rest[rest.length - 1];
    if (!last) {
      body();
      return;
    }
    const quotient = inside === 1 ? position : f.i32(i32.divS(position, inside));
    const own = rest.length === 1 ? quotient : f.i32(i32.remS(quotient, last.extent));
    renderer.within(last.axis, own, plain, () => bind(rest.slice(0, -1), inside * last.extent));
  };
  bind(axes, 1);
}

function stepOf({ copies }: LoopAxis): number {
  return copies === 0 ? 1 : 4 * copies;
}

/** Where the whole steps of a loop end, and where its whole vectors do. */
function wholeSteps(loop: LoopAxis): [number, number] {
  const { extent } = loop;
  return [extent - (extent % stepOf(loop)), loop.copies === 0 ? extent : extent - (extent % 4)];
}

// An axis with so many steps is cut even where a later one has more: what one thread works on lies together.
const enoughSteps = 16;
/** A part of a vector axis is so many elements or more, whole cache lines, where there are enough of them. */
const lineElements = 64;

/** The best axis of a nest to be shared among threads, and how it is cut; undefined where none or the work is too little. */
export function cutNest(axes: readonly LoopAxis[], work: number): CutAxis | undefined {
  const candidates = axes.map((loop) => {
    const [whole] = wholeSteps(loop);
    const lines = Math.max(stepOf(loop), lineElements);
    const step = loop.copies > 0 && whole >= lines * enoughSteps ? lines : stepOf(loop);
    return { axis: loop.axis, step, count: Math.ceil(whole / step) };
  });
  const most = candidates.reduce((count, c) => Math.max(count, c.count), 0);
  const chosen = candidates.find(({ count }) => count >= Math.min(enoughSteps, most));
  if (!chosen || chosen.count < 2) return undefined;
  const parts = cut(chosen.count, chosen.step, work);
  return parts.parts > 1 ? { axis: chosen.axis, cut: parts } : undefined;
}

/** How often the body runs inside the loops from a depth on. */
export function turnsFrom(axes: readonly LoopAxis[], depth: number): number {
  let turns = 1;
  for (const { extent, copies } of axes.slice(depth)) {
    turns *= copies === 0 ? extent : Math.ceil(extent / (4 * copies));
  }
  return turns;
}

interface LoopRange {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly lane: LoopLane;
  /** Turns of the loops inside one turn of this one. */
  readonly inside: number;
}

function runLoop(renderer: Renderer, nest: Nest, range: LoopRange, body: () => void): void {
  const { axis, from, to, step, lane, inside } = range;
  if (from >= to) return;
  const { f } = renderer;
  if (to - from <= step) {
    renderer.within(axis, i32.constant(from), lane, body);
    return;
  }
  const loop = (start: Integer, end: Integer): void => {
    const position = f.i32();
    f.range(position, start, end, step, () => renderer.within(axis, position, lane, body));
  };
  const { blocks } = nest;
  const turns = (to - from) / step;
  if (!blocks || inside > blocks.turns || turns * inside <= blocks.turns) {
    loop(from, to);
    return;
  }
  const span = step * Math.max(1, Math.floor(blocks.turns / inside));
  const start = f.i32();
  f.range(start, from, to, span, () => {
    const end = f.i32(i32.add(start, span));
    loop(start, i32.minU(end, to));
    blocks.flush();
  });
}
