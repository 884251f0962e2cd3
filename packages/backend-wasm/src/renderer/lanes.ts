import { dependsOn, type Expression } from '@evenkeel/backend';
import { isScalarArithmetic } from './graph.ts';

/** A number for each lane of a vector. */
export type Lanes = readonly [number, number, number, number];

export const sameLanes: Lanes = [0, 0, 0, 0];

/**
 * By how much an index in each of four lanes differs from lane 0 of the first vector of a turn; undefined where that is
 * not the same at every turn. Turns of a vector loop begin at multiples of four, so halves and remainders of two have a
 * pattern.
 */
export function lanesAlong(e: Expression, axis: number, copy = 0): Lanes | undefined {
  if (!dependsOn(e, axis)) return sameLanes;
  if (e.kind === 'axis') return mapLanes(sameLanes, (_, lane) => copy * 4 + lane);
  if (e.kind !== 'binary' || e.dtype !== 'int32') return undefined;
  const a = lanesAlong(e.a, axis, copy);
  const b = lanesAlong(e.b, axis, copy);
  if (!a || !b) return undefined;
  if (e.fn === 'add') return mapLanes(a, (x, lane) => x + (b[lane] as number));
  if (e.fn === 'sub') return mapLanes(a, (x, lane) => x - (b[lane] as number));
  if (e.fn === 'mul') {
    if (e.b.kind === 'constant') return scaled(a, e.b.value);
    return e.a.kind === 'constant' ? scaled(b, e.a.value) : undefined;
  }
  if ((e.fn !== 'div' && e.fn !== 'rem') || e.b.kind !== 'constant' || e.b.value <= 0) return undefined;
  const by = e.b.value;
  const factor = factorOf(e.a, axis);
  if (factor === undefined || factor % by !== 0 || a.some((x) => x < 0)) return undefined;
  return mapLanes(a, (x) => (e.fn === 'div' ? Math.floor(x / by) : x % by));
}

function scaled(lanes: Lanes, by: number): Lanes {
  return mapLanes(lanes, (x) => x * by);
}

export function mapLanes([a, b, c, d]: Lanes, on: (x: number, lane: number) => number): Lanes {
  return [on(a, 0), on(b, 1), on(c, 2), on(d, 3)];
}

/** Whether each lane follows the one before. */
export function areNeighbors(lanes: Lanes): boolean {
  return lanes.every((lane, i) => lane === lanes[0] + i);
}

/** A number that divides an index where a turn begins; undefined where the index may be negative. */
function factorOf(e: Expression, axis: number): number | undefined {
  if (e.kind === 'constant') return e.value >= 0 ? e.value : undefined;
  if (e.kind === 'axis') return e.axis === axis ? 4 : 1;
  if (e.kind !== 'binary') return undefined;
  const a = factorOf(e.a, axis);
  const b = factorOf(e.b, axis);
  if (a === undefined || b === undefined) return undefined;
  if (e.fn === 'add') return greatestDivisor(a, b);
  if (e.fn === 'mul') return a * b;
  return e.fn === 'div' || e.fn === 'rem' ? 1 : undefined;
}

/** Whether an index is made from axes and numbers so that it cannot be negative. */
export function isNatural(e: Expression): boolean {
  return factorOf(e, -1) !== undefined;
}

/** Whether an expression is made from axes and numbers by arithmetic alone. */
export function isIndexArithmetic(e: Expression): boolean {
  if (e.kind === 'axis') return true;
  if (e.kind === 'constant') return e.dtype === 'int32';
  return isScalarArithmetic(e) && isIndexArithmetic(e.a) && isIndexArithmetic(e.b);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
