import { axesOf, type Expression, type LinearForm, linearForm } from '@evenkeel/backend';
import { partsOf, replacing } from '../../renderer/graph.ts';
import { type Axis, indexFrom, sizeOfAxes } from './axes.ts';

/** An operand's values, each once, at the places of a grid. */
export interface Grid {
  readonly axes: readonly Axis[];
  /** The operand over the grid's axes. */
  readonly value: Expression;
  /** Where in the row-major grid the operand finds its value, over its own axes. */
  readonly index: Expression;
  readonly elements: number;
}

/** A sum of axes that the operand depends on instead of the axes themselves. */
interface Sum {
  readonly coefficients: LinearForm['coefficients'];
  readonly axes: number;
  readonly least: number;
  readonly extent: number;
}

// A value that is read less often than this is not worth a place.
const leastReads = 2;
// Sets of axes are the bits of a number.
const mostAxes = 32;

/**
 * Where an operand's conditions are about sums of its axes (position and tap, in a convolution), its value is the same
 * wherever the sums are. Over a grid of them each condition is evaluated once for a place of the padded image instead of
 * once for each tap, and what is left to read has none.
 *
 * @param inside the axes that the operand is read by
 * @param free a number from which on no axis is numbered
 */
export function gridOf(e: Expression, inside: readonly Axis[], free: number): Grid | undefined {
  const parts = [...partsOf([e])];
  if (!parts.every(isSafeAnywhere)) return undefined;
  const sums = sumsIn(parts, inside);
  let mixed = 0;
  for (const { axes } of sums) {
    if ((mixed & axes) !== 0) return undefined;
    mixed |= axes;
  }
  if (sums.length === 0 || free + sums.length > mostAxes) return undefined;
  const value = replacing((part) => withSums(part, sums, free))(e);
  const used = axesOf(value);
  if ((used & mixed) !== 0) return undefined;
  const kept = inside.filter((a) => (used >>> a.axis) & 1);
  const axes = [...kept, ...sums.map(({ extent }, i) => ({ axis: free + i, extent }))];
  const elements = sizeOfAxes(axes);
  if (elements * leastReads > sizeOfAxes(inside)) return undefined;
  return { axes, value, index: placeInGrid(axes, sums, free), elements };
}

/** The grid also holds places that nothing reads: no index may be wrong there. */
function isSafeAnywhere(part: Expression): boolean {
  if (part.kind === 'bounded') return false;
  return part.kind !== 'load' || ![...partsOf([part.index])].some((inner) => inner.kind === 'load');
}

/** The sums of two or more axes that are compared, divided or taken the rest of. */
function sumsIn(parts: readonly Expression[], inside: readonly Axis[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const part of parts) {
    if (part.kind !== 'binary' || part.a.dtype !== 'int32' || part.b.kind !== 'constant') continue;
    if (part.fn === 'add' || part.fn === 'sub' || part.fn === 'mul') continue;
    const form = linearForm(part.a);
    if (!form || form.coefficients.size < 2) continue;
    let [axes, least, most] = [0, 0, 0];
    let isInside = true;
    for (const [number, coefficient] of form.coefficients) {
      const found = inside.find((a) => a.axis === number);
      const reach = coefficient * ((found?.extent ?? 1) - 1);
      least += Math.min(0, reach);
      most += Math.max(0, reach);
      axes |= 1 << number;
      isInside &&= found !== undefined;
    }
    const key = [...form.coefficients].sort(([a], [b]) => a - b).join();
    if (isInside) sums.set(key, { coefficients: form.coefficients, axes, least, extent: most - least + 1 });
  }
  return [...sums.values()];
}

/** An index with the sums that it consists of, or is spread out from, as axes of the grid. */
function withSums(part: Expression, sums: readonly Sum[], free: number): Expression | undefined {
  const form = part.kind === 'binary' && part.dtype === 'int32' ? linearForm(part) : undefined;
  if (!form) return undefined;
  const coefficients = new Map(form.coefficients);
  let { offset } = form;
  sums.forEach((sum, i) => {
    const own = [...sum.coefficients];
    const [[first, step]] = own as [[number, number]];
    const times = (coefficients.get(first) ?? 0) / step;
    if (times === 0 || own.some(([term, coefficient]) => coefficients.get(term) !== coefficient * times)) return;
    for (const [term] of own) coefficients.delete(term);
    coefficients.set(free + i, times);
    offset += times * sum.least;
  });
  return coefficients.size < form.coefficients.size ? indexFrom(coefficients, offset) : undefined;
}

function placeInGrid(axes: readonly Axis[], sums: readonly Sum[], free: number): Expression {
  const coefficients = new Map<number, number>();
  let offset = 0;
  let step = 1;
  for (const { axis: number, extent } of axes.toReversed()) {
    const sum = sums[number - free];
    for (const [term, coefficient] of sum?.coefficients ?? [[number, 1] as const]) {
      coefficients.set(term, (coefficients.get(term) ?? 0) + coefficient * step);
    }
    if (sum) offset -= sum.least * step;
    step *= extent;
  }
  return indexFrom(coefficients, offset);
}
