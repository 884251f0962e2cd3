import type { Expression } from '@evenkeel/backend';
import type { Value } from '../assembler/index.ts';
import type { Vector } from './vector-math.ts';

/** How a loop over an axis is run. */
export interface LoopLane {
  /** Four neighbors along the axis are the lanes of a vector; otherwise one element at a time. */
  readonly vector: boolean;
  /** Vectors worked on in one turn, side by side along the axis. */
  readonly copies: number;
  /** So many of the lanes are elements; what the others are does not matter. Default: all four. */
  readonly valid?: number;
}

/** One level of the loop nest: what is known inside it, and what was computed there. */
export interface Scope {
  readonly axis: number | undefined;
  readonly position: Value<'i32'>;
  /** The axes that have a position here, as a bit set. */
  readonly bound: number;
  readonly vectorAxis: number | undefined;
  readonly copies: number;
  /** The lanes that are elements. */
  readonly valid: number;
  /** Values that are the same for all lanes and copies. */
  readonly shared: Map<Expression, Vector>;
  readonly byCopy: readonly Map<Expression, Vector>[];
  readonly integers: Map<Expression, Value<'i32'>>;
  readonly pointers: Map<string, Value<'i32'>>;
  /** Scopes inside that were left and may be entered again, by axis and position: code is written one after the other there. */
  readonly inside: Map<string, Scope>;
}

export function makeScope(
  outside: Scope | undefined,
  axis: number | undefined,
  position: Value<'i32'>,
  lane: LoopLane,
): Scope {
  const vectorAxis = lane.vector ? axis : outside?.vectorAxis;
  const { copies = 1, valid = 4 } = lane.vector ? lane : (outside ?? {});
  return {
    axis,
    position,
    bound: (outside?.bound ?? 0) | (axis === undefined ? 0 : 1 << axis),
    vectorAxis,
    copies,
    valid,
    shared: new Map(),
    byCopy: Array.from({ length: copies }, () => new Map<Expression, Vector>()),
    integers: new Map(),
    pointers: new Map(),
    inside: new Map(),
  };
}
