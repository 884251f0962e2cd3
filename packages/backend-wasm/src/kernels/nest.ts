import type { Expression, Store } from '@evenkeel/backend';
import { i32, type Value } from '../assembler/index.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { LoopLane } from '../renderer/scope.ts';

/** One loop of a nest. */
export interface LoopAxis {
  readonly axis: number;
  readonly extent: number;
  /** Vectors per turn; 0 runs the loop one element at a time. */
  readonly copies: number;
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
  body(): void;
}

const plain: LoopLane = { vector: false, copies: 1 };

/** Loops over axes, the first outermost. A vector axis runs as several vectors, then single vectors, then elements. */
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
  if (loop.copies === 0) {
    run(0, loop.extent, 1, plain);
    return;
  }
  const step = 4 * loop.copies;
  const whole = loop.extent - (loop.extent % step);
  const vectors = loop.extent - (loop.extent % 4);
  run(0, whole, step, { vector: true, copies: loop.copies });
  run(whole, vectors, 4, { vector: true, copies: 1 });
  run(vectors, loop.extent, 1, plain);
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
  const loop = (start: Value<'i32'>, end: Value<'i32'>): void => {
    const position = f.i32();
    f.range(position, start, end, step, () => renderer.within(axis, position, lane, body));
  };
  const { blocks } = nest;
  const turns = (to - from) / step;
  if (!blocks || inside > blocks.turns || turns * inside <= blocks.turns) {
    loop(i32.constant(from), i32.constant(to));
    return;
  }
  const span = step * Math.max(1, Math.floor(blocks.turns / inside));
  const start = f.i32();
  f.range(start, i32.constant(from), i32.constant(to), span, () => {
    const end = f.i32(i32.add(start, i32.constant(span)));
    loop(start, i32.minU(end, i32.constant(to)));
    blocks.flush();
  });
}
