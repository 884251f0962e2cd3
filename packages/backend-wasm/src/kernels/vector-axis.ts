/** The choice of the axis whose neighbors become the lanes of a vector. */
import { axesOf, type Expression, type LoopKernel, type Store } from '@evenkeel/backend';
import { partsOf, reductionsOf } from '../renderer/graph.ts';
import { areNeighbors, lanesAlong, naturalWhere, readsNear } from '../renderer/lanes.ts';
import type { Features } from '../renderer/vector-math.ts';

/** What is computed for each point of a domain. */
export interface Work {
  readonly values: readonly Expression[];
  readonly stores: readonly Store[];
}

// In instructions, roughly, for the four elements of a vector.
const costOf = { uniform: 0.5, whole: 1, shuffled: 2, interleaved: 3, gathered: 6, far: 8, computed: 14 };
// Lanes farther apart lie in cache lines of their own.
const lineElements = 16;
export const mathFunctions: ReadonlySet<string> = new Set([
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'atan',
  'tanh',
  'erf',
  'pow',
  'rem',
]);

/** Every axis, as a bit set. */
export const everyAxis = -1;

/** Instructions without loads and stores, for four elements or one, that depend on some axes or on none at all. */
export function arithmeticCost(values: readonly Expression[], axes = everyAxis): number {
  let cost = 0;
  for (const e of partsOf(values)) {
    if (axes === everyAxis || (axesOf(e) & axes) !== 0) cost += instructionsOf(e);
  }
  return cost;
}

/** The same of one expression, without its parts. */
export function instructionsOf(e: Expression): number {
  if (e.kind === 'unary' || e.kind === 'binary') return mathFunctions.has(e.fn) ? 20 : 1;
  if (e.kind === 'random') return 50;
  return e.kind === 'select' || e.kind === 'cast' || e.kind === 'bounded' ? 1 : 0;
}

/** How often an element is read or written. */
export function accessesOf({ values, stores }: Work): number {
  let accesses = stores.length;
  for (const e of partsOf(values)) if (e.kind === 'load') accesses++;
  return accesses;
}

/** Nanoseconds for one element, roughly: instructions for four of them, and reading and writing them. */
export function timeOf(work: Work): number {
  return (arithmeticCost(work.values) + 2 * accessesOf(work)) / 30;
}

interface Access {
  readonly index: Expression;
  readonly guard?: Expression | undefined;
  readonly isStore: boolean;
}

function accessCost({ index, guard, isStore }: Access, axis: number, reduces: boolean, isOuter: boolean): number {
  const lanes = lanesAlong(index, { axis, copy: 0, copies: 1 }, naturalWhere(guard));
  if (!lanes || (reduces && isOuter && reductionsOf(index) !== 0)) return costOf.computed;
  const least = Math.min(...lanes);
  const span = Math.max(...lanes) - least;
  if (span === 0) return costOf.uniform;
  if (areNeighbors(lanes)) return costOf.whole;
  if (reduces && span > 3 * lineElements) return costOf.far;
  if (isStore || span === 2 || span > 7) return costOf.gathered;
  return span <= 3 ? costOf.shuffled : costOf.interleaved;
}

function axesInside(extents: ReadonlyMap<number, number>, outer: ReadonlySet<number>): number {
  let inner = 0;
  for (const axis of extents.keys()) if (!outer.has(axis)) inner |= 1 << axis;
  return inner === 0 ? everyAxis : inner;
}

// Nothing around the axes, and nothing reduced.
const alone = { outer: new Set<number>(), reductions: 0, innerSize: 1 };

/** The axis along which the work is cheapest as vectors, or undefined where single elements are cheaper. */
export function chooseVectorAxis(
  work: Work,
  extents: ReadonlyMap<number, number>,
  options: { outer: ReadonlySet<number>; reductions: number; innerSize: number } = alone,
): number | undefined {
  const inner = axesInside(extents, options.outer);
  // What does not depend on an inner axis is done once for all of them.
  const share = (axes: number): number => ((axes & inner) !== 0 ? 1 : 1 / options.innerSize);
  const accesses: Access[] = work.stores.map(({ index }) => ({ index, isStore: true }));
  for (const e of partsOf([...work.values, ...work.stores.map((s) => s.index)])) {
    if (e.kind === 'load') accesses.push({ index: e.index, guard: e.guard, isStore: false });
  }
  const inside = arithmeticCost(work.values, inner);
  const arithmetic = inside + (arithmeticCost(work.values) - inside) / options.innerSize;
  const single = accesses.reduce((sum, { index }) => sum + share(axesOf(index)), arithmetic);
  let best: number | undefined;
  let least = single;
  for (const [axis, extent] of extents) {
    if (extent < 4) continue;
    const isOuter = options.outer.has(axis);
    let vector = arithmetic;
    for (const access of accesses) {
      vector += share(axesOf(access.index)) * accessCost(access, axis, options.reductions > 0, isOuter);
    }
    // Combining the lanes of an accumulator, shared by the row.
    if (!isOuter) vector += (4 * 10 * options.reductions) / options.innerSize;
    const rest = extent % 4;
    const last = rest > 1 && readsNear(work.values, axis) ? vector : rest * single;
    const cost = ((extent - rest) * (vector / 4) + last) / extent;
    // A later axis is nearer to contiguous, so it wins a tie.
    if (cost <= least) {
      least = cost;
      best = axis;
    }
  }
  return best;
}

/**
 * How many vectors to work on side by side: enough to hide the loop's own cost and the latency of additions. Long
 * expressions keep the processor busy alone, and two at a time only make V8 spill registers; but random numbers, which are
 * made for all vectors of a turn together, wait the less for each other the more there are.
 */
export function chooseCopies(
  values: readonly Expression[],
  extent: number,
  { least = 1, most = 4, axes = everyAxis } = {},
): number {
  const cost = arithmeticCost(values, axes);
  const draws = [...partsOf(values)].some(({ kind }) => kind === 'random');
  const wanted = Math.max(least, cost <= 8 || draws ? most : cost <= 16 ? 2 : 1);
  let copies = 1;
  while (copies * 2 <= wanted && copies * 8 <= extent) copies *= 2;
  return copies;
}

/** How many vectors V8 can join to one: so many should at least be side by side. */
export function leastCopies({ wide }: Features): number {
  return wide ? 2 : 1;
}

/** Vectors per turn along the one axis that may be the vector axis; 0 where single elements are cheaper. */
export function rowCopies(
  values: readonly Expression[],
  stores: readonly Store[],
  axis: number,
  extent: number,
): number {
  const best = chooseVectorAxis({ values, stores }, new Map([[axis, extent]]));
  return best === undefined ? 0 : chooseCopies(values, extent);
}

/** The inner axes of a kernel, as a bit set. */
export function innerAxes({ outer, inner }: LoopKernel): number {
  return inner.reduce((axes, _, i) => axes | (1 << (outer.length + i)), 0);
}
