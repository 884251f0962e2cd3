import { type Expression, operands } from './expression.ts';

/** An index written as `offset + Σ coefficients[axis] · axis`. */
export interface LinearForm {
  readonly offset: number;
  /** By axis; an axis that is missing has coefficient 0. */
  readonly coefficients: ReadonlyMap<number, number>;
}

/** The linear form of an int32 expression, or undefined where it divides, selects or loads. */
export function linearForm(e: Expression): LinearForm | undefined {
  const coefficients = new Map<number, number>();
  const offset = collect(e, 1, coefficients);
  if (offset === undefined) return undefined;
  for (const [axis, coefficient] of coefficients) {
    if (coefficient === 0) coefficients.delete(axis);
  }
  return { offset, coefficients };
}

/** How far an index moves when one axis advances by one, or undefined where that is not a constant. */
export function strideAlong(e: Expression, axis: number): number | undefined {
  if (!dependsOn(e, axis)) return 0;
  if (e.kind === 'axis') return 1;
  if (e.kind !== 'binary') return undefined;
  if (e.fn === 'add' || e.fn === 'sub') {
    const a = strideAlong(e.a, axis);
    const b = strideAlong(e.b, axis);
    if (a === undefined || b === undefined) return undefined;
    return e.fn === 'add' ? a + b : a - b;
  }
  if (e.fn !== 'mul') return undefined;
  const [term, factor] = e.a.kind === 'constant' ? [e.b, e.a] : [e.a, e.b];
  const stride = strideAlong(term, axis);
  return stride === undefined || factor.kind !== 'constant' ? undefined : stride * factor.value;
}

/** Whether an expression's value may change along an axis. */
export function dependsOn(e: Expression, axis: number): boolean {
  return ((axesOf(e) >> axis) & 1) === 1;
}

/** The axes that an expression's value depends on, as a bit set. Remembered, because expressions share their parts. */
export function axesOf(e: Expression): number {
  if (e.kind === 'axis') return 1 << e.axis;
  const parts = operands(e);
  if (parts.length === 0) return 0;
  let axes = knownAxes.get(e);
  if (axes === undefined) {
    axes = 0;
    for (const part of parts) axes |= axesOf(part);
    knownAxes.set(e, axes);
  }
  return axes;
}

const knownAxes = new WeakMap<Expression, number>();

function collect(e: Expression, factor: number, coefficients: Map<number, number>): number | undefined {
  if (e.kind === 'constant') return e.value * factor;
  if (e.kind === 'axis') {
    coefficients.set(e.axis, (coefficients.get(e.axis) ?? 0) + factor);
    return 0;
  }
  if (e.kind !== 'binary') return undefined;
  if (e.fn === 'mul') {
    if (e.b.kind === 'constant') return collect(e.a, factor * e.b.value, coefficients);
    if (e.a.kind === 'constant') return collect(e.b, factor * e.a.value, coefficients);
    return undefined;
  }
  if (e.fn !== 'add' && e.fn !== 'sub') return undefined;
  const a = collect(e.a, factor, coefficients);
  const b = collect(e.b, e.fn === 'add' ? factor : -factor, coefficients);
  return a === undefined || b === undefined ? undefined : a + b;
}
