import { dependsOn, type Expression } from '@evenkeel/backend';
import { isScalarArithmetic, partsOf, reductionsOf } from './graph.ts';

/** A number for each lane of a vector. */
export type Lanes = readonly [number, number, number, number];

export const sameLanes: Lanes = [0, 0, 0, 0];

/** The vector that is asked about. */
export interface VectorPlace {
  readonly axis: number;
  /** Which of the vectors of a turn. */
  readonly copy: number;
  /** Vectors per turn: turns begin at multiples of so many vectors. */
  readonly copies: number;
}

const noneAssumed: readonly Expression[] = [];

/**
 * By how much an index in each of four lanes differs from lane 0 of the first vector of a turn; undefined where that is
 * not the same at every turn. Turns begin at multiples of their length, so quotients and remainders by small or round
 * numbers have a pattern.
 *
 * @param natural expressions that are not negative wherever the index matters
 */
export function lanesAlong(e: Expression, place: VectorPlace, natural = noneAssumed): Lanes | undefined {
  if (!dependsOn(e, place.axis)) return sameLanes;
  if (e.kind === 'axis') return mapLanes(sameLanes, (_, lane) => place.copy * 4 + lane);
  if (e.kind !== 'binary' || e.dtype !== 'int32') return undefined;
  const a = lanesAlong(e.a, place, natural);
  const b = lanesAlong(e.b, place, natural);
  if (!a || !b) return undefined;
  if (e.fn === 'add') return mapLanes(a, (x, lane) => x + (b[lane] as number));
  if (e.fn === 'sub') return mapLanes(a, (x, lane) => x - (b[lane] as number));
  if (e.fn === 'mul') {
    if (e.b.kind === 'constant') return scaled(a, e.b.value);
    return e.a.kind === 'constant' ? scaled(b, e.a.value) : undefined;
  }
  if ((e.fn !== 'div' && e.fn !== 'rem') || e.b.kind !== 'constant' || e.b.value <= 0) return undefined;
  if (!isNatural(e.a, natural) || a.some((x) => x < 0)) return undefined;
  const by = e.b.value;
  // A turn begins at a multiple of this from the next lower multiple of the divisor.
  const step = greatestDivisor(factorOf(e.a, place), by);
  if (step !== by && a.some((x) => x >= step)) return undefined;
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

/** A number that divides an index where a turn begins. */
function factorOf(e: Expression, place: VectorPlace): number {
  if (e.kind === 'constant') return Math.abs(e.value);
  if (e.kind === 'axis') return e.axis === place.axis ? 4 * place.copies : 1;
  if (e.kind !== 'binary') return 1;
  if (e.fn === 'add' || e.fn === 'sub') return greatestDivisor(factorOf(e.a, place), factorOf(e.b, place));
  return e.fn === 'mul' ? factorOf(e.a, place) * factorOf(e.b, place) : 1;
}

/** Whether an index is made from axes and numbers so that it cannot be negative. */
export function isNatural(e: Expression, natural = noneAssumed): boolean {
  if (e.kind === 'axis' || natural.includes(e)) return true;
  if (e.kind === 'constant') return e.value >= 0;
  if (e.kind !== 'binary' || (e.fn !== 'add' && e.fn !== 'mul' && e.fn !== 'div' && e.fn !== 'rem')) return false;
  return isNatural(e.a, natural) && isNatural(e.b, natural);
}

/** What is not negative where a guard holds. */
export function naturalWhere(guard: Expression | undefined): readonly Expression[] {
  if (guard?.kind !== 'binary') return noneAssumed;
  if (guard.fn === 'and') return [...naturalWhere(guard.a), ...naturalWhere(guard.b)];
  const isBound = guard.fn === 'ge' && guard.b.kind === 'constant' && guard.b.value >= 0;
  return isBound && guard.a.dtype === 'int32' ? [guard.a] : noneAssumed;
}

// Kernels may read so far past the ends of what they are given.
const nearElements = 16;

/** Whether values at places behind an axis's end, which do not matter, may be computed: what they read lies near to what does. */
export function readsNear(values: readonly Expression[], axis: number): boolean {
  return [...partsOf(values)].every((e) => {
    if (e.kind !== 'load') return e.kind !== 'bounded';
    const lanes = lanesAlong(e.index, { axis, copy: 0, copies: 1 }, naturalWhere(e.guard));
    return lanes !== undefined && reductionsOf(e.index) === 0 && lanes.every((lane) => Math.abs(lane) < nearElements);
  });
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
