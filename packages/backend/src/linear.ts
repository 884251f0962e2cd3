import { type Expression, operands } from './expression.ts';
import { getOrMake } from './get-or-make.ts';

/** An index written as `offset + Σ coefficients[axis] · axis`. */
export interface LinearForm {
  readonly offset: number;
  /** By axis; an axis that is missing has coefficient 0. */
  readonly coefficients: ReadonlyMap<number, number>;
}

/** An index as `offset + Σ coefficient · axis + Σ coefficient · part`; a part divides, selects or loads. */
export interface IndexTerms extends LinearForm {
  readonly parts: ReadonlyMap<Expression, number>;
}

/** `collectTerms`, remembered: an index is asked about again and again. */
export function termsOf(index: Expression): IndexTerms {
  return getOrMake(knownTerms, index, () => collectTerms(index));
}

const knownTerms = new WeakMap<Expression, IndexTerms>();

/** The linear form of an int32 expression, or undefined where it divides, selects or loads. */
export function linearForm(index: Expression): LinearForm | undefined {
  const terms = termsOf(index);
  return terms.parts.size === 0 ? terms : undefined;
}

/** How far an index moves when one axis advances by one, or undefined where that is not a constant. */
export function strideAlong(index: Expression, axis: number): number | undefined {
  const { coefficients, parts } = termsOf(index);
  for (const part of parts.keys()) if (dependsOn(part, axis)) return undefined;
  return coefficients.get(axis) ?? 0;
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

/** The terms of an int32 expression, none of them 0. */
export function collectTerms(index: Expression): IndexTerms {
  const coefficients = new Map<number, number>();
  const parts = new Map<Expression, number>();
  const add = <K>(map: Map<K, number>, key: K, factor: number): void => {
    const sum = (map.get(key) ?? 0) + factor;
    if (sum === 0) map.delete(key);
    else map.set(key, sum);
  };
  let offset = 0;
  const visit = (e: Expression, factor: number): void => {
    if (e.kind === 'constant') offset += e.value * factor;
    else if (e.kind === 'axis') add(coefficients, e.axis, factor);
    else if (e.kind !== 'binary' || e.dtype !== 'int32') add(parts, e, factor);
    else if (e.fn === 'add' || e.fn === 'sub') {
      visit(e.a, factor);
      visit(e.b, e.fn === 'add' ? factor : -factor);
    } else if (e.fn === 'mul' && e.b.kind === 'constant') visit(e.a, factor * e.b.value);
    else if (e.fn === 'mul' && e.a.kind === 'constant') visit(e.b, factor * e.a.value);
    else add(parts, e, factor);
  };
  visit(index, 1);
  return { offset, coefficients, parts };
}
