/** Joins neighboring axes that every index crosses evenly: fewer, longer loops, and one kernel for shapes that differ only on paper. */
import { axis, type Expression, integer, operands } from '@evenkeel/backend';
import { axisReplacement, type Extents, sumOf } from '../positions/divide.ts';

/** Axes in groups of one role each, in the order in which the kernel will number them. */
export type AxisGroups = readonly (readonly number[])[];

export interface Merged {
  /** The extents of each group's axes. */
  readonly extents: readonly (readonly number[])[];
  /** Rewrites an expression for the new axes. */
  readonly rewrite: (e: Expression) => Expression;
}

/** @param roots everything that the kernel computes and every index that it stores at */
export function mergeAxes(groups: AxisGroups, extents: Extents, roots: readonly Expression[]): Merged {
  const sums = positionsIn(roots);
  const longer = [...extents];
  const gone = new Set<number>();
  for (const group of groups) {
    let last: number | undefined;
    for (const next of group) {
      if (last !== undefined && sums.every((sum) => crossesEvenly(sum, last as number, next, extents))) {
        longer[next] = (longer[last] as number) * (extents[next] as number);
        gone.add(last);
      }
      last = next;
    }
  }
  const kept = groups.map((group) => group.filter((a) => !gone.has(a)));
  const numbered = new Map(kept.flat().map((a, i) => [a, i]));
  const places = extents.map((_, a) => {
    const number = numbered.get(a);
    return number === undefined ? integer(0) : axis(number);
  });
  return {
    extents: kept.map((group) => group.map((a) => longer[a] as number)),
    rewrite: axisReplacement(
      places,
      kept.flat().map((a) => longer[a] as number),
    ),
  };
}

/** How far a position moves along each axis. */
type Coefficients = ReadonlyMap<number, number>;

function crossesEvenly(position: Coefficients, outer: number, inner: number, extents: Extents): boolean {
  return (position.get(outer) ?? 0) === (position.get(inner) ?? 0) * (extents[inner] as number);
}

/** Every sum of axes in the expressions, as large as it gets. */
function positionsIn(roots: readonly Expression[]): Coefficients[] {
  const found: Coefficients[] = [];
  const seen = new Set<Expression>();
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    const isSum =
      e.kind === 'axis' || (e.kind === 'binary' && e.dtype === 'int32' && ['add', 'sub', 'mul'].includes(e.fn));
    if (!isSum) {
      for (const part of operands(e)) walk(part);
      return;
    }
    const coefficients = new Map<number, number>();
    for (const { atom, coefficient } of sumOf(e).terms) {
      if (atom.kind === 'axis') coefficients.set(atom.axis, coefficient);
      else if (atom !== e) walk(atom);
      else for (const part of operands(atom)) walk(part);
    }
    if (coefficients.size > 0) found.push(coefficients);
  };
  for (const root of roots) walk(root);
  return found;
}
