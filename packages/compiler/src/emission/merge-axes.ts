/** Joins neighboring axes that every index crosses evenly: fewer, longer loops, and one kernel for shapes that differ only on paper. */
import { axis, type Expression, integer, operands } from '@evenkeel/backend';
import { axisReplacement, type Extents } from '../positions/divide.ts';

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

/** Every sum of axes in the expressions, as large as it gets. What cancels out in a sum is computed all the same, and looked into. */
function positionsIn(roots: readonly Expression[]): Coefficients[] {
  const found: Coefficients[] = [];
  const known = new Map<Expression, Map<number, number>>();
  const visit = (e: Expression, whole?: Map<number, number>, times = 1): void => {
    let sum = known.get(e);
    if (!sum) {
      sum = new Map();
      known.set(e, sum);
      if (e.kind === 'axis') sum.set(e.axis, 1);
      else if (e.kind === 'binary' && (e.fn === 'add' || e.fn === 'sub')) {
        visit(e.a, sum);
        visit(e.b, sum, e.fn === 'add' ? 1 : -1);
      } else if (e.kind === 'binary' && e.fn === 'mul' && e.b.kind === 'constant') visit(e.a, sum, e.b.value);
      else for (const part of operands(e)) visit(part);
    }
    if (whole) for (const [a, own] of sum) whole.set(a, (whole.get(a) ?? 0) + own * times);
    else if (sum.size > 0) found.push(sum);
  };
  for (const root of roots) visit(root);
  return found;
}
