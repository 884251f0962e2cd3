/**
 * Arithmetic on positions: int32 expressions over the axes of a kernel, whose extents are known. Knowing how far a position
 * can go, most divisions that reshaping brings can be done here, once, instead of for each element.
 */
import {
  axis,
  binary,
  collectTerms,
  type Expression,
  getOrMake,
  integer,
  numberOf,
  withOperands,
} from '@evenkeel/backend';

/** How many positions each axis has. */
export type Extents = readonly number[];

/** The smallest and the largest value of a position. */
export function rangeOf(e: Expression, extents: Extents): readonly [number, number] {
  const anything = [-(2 ** 31), 2 ** 31 - 1] as const;
  switch (e.kind) {
    case 'constant':
      return [e.value, e.value];
    case 'axis':
      return [0, Math.max(0, (extents[e.axis] as number) - 1)];
    case 'bounded':
      return [0, Math.max(0, e.size - 1)];
    case 'binary': {
      const [a, b] = [rangeOf(e.a, extents), rangeOf(e.b, extents)];
      if (e.fn === 'add') return [a[0] + b[0], a[1] + b[1]];
      if (e.fn === 'sub') return [a[0] - b[1], a[1] - b[0]];
      if (e.b.kind !== 'constant') return anything;
      const n = e.b.value;
      if (e.fn === 'mul') return n >= 0 ? [a[0] * n, a[1] * n] : [a[1] * n, a[0] * n];
      if (n <= 0 || a[0] < 0) return anything;
      if (e.fn === 'div') return [Math.floor(a[0] / n), Math.floor(a[1] / n)];
      if (e.fn === 'rem') return [0, Math.min(a[1], n - 1)];
      return anything;
    }
    default:
      return anything;
  }
}

/** A position as `offset + Σ coefficient · atom`, where an atom is an axis or something that is not a sum. */
export interface Sum {
  readonly offset: number;
  readonly terms: readonly Term[];
}

interface Term {
  readonly atom: Expression;
  readonly coefficient: number;
}

/** The terms of a position, by the order of their atoms' keys, none of them 0. */
export function sumOf(e: Expression): Sum {
  return getOrMake(sums, e, () => {
    const { offset, coefficients, parts } = collectTerms(e);
    const terms = new Map<string, Term>();
    for (const [a, coefficient] of coefficients) terms.set(atomKey(axis(a)), { atom: axis(a), coefficient });
    for (const [atom, own] of parts) {
      const key = atomKey(atom);
      terms.set(key, { atom, coefficient: (terms.get(key)?.coefficient ?? 0) + own });
    }
    const sorted = [...terms].sort(([a], [b]) => (a < b ? -1 : 1));
    return { offset, terms: sorted.flatMap(([, term]) => (term.coefficient === 0 ? [] : term)) };
  });
}

const sums = new WeakMap<Expression, Sum>();

/** Two positions with the same key are equal. */
export function keyOf(e: Expression): string {
  const { offset, terms } = sumOf(e);
  return [offset, ...terms.map(({ atom, coefficient }) => `${coefficient}·${atomKey(atom)}`)].join('+');
}

/** Quotient and rest of a position that is nowhere negative, without dividing where terms can be told apart. */
export function divide(e: Expression, n: number, extents: Extents): { quotient: Expression; rest: Expression } {
  if (n === 1) return { quotient: e, rest: integer(0) };
  const { offset, terms } = sumOf(e);
  const whole = terms.filter(({ coefficient }) => coefficient % n === 0);
  const part = terms.filter(({ coefficient }) => coefficient % n !== 0);
  const rest = addUp(part, ((offset % n) + n) % n);
  const [low, high] = rangeOf(rest, extents);
  if (low >= 0 && high < n) {
    const quotients = whole.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient / n }));
    return { quotient: addUp(quotients, Math.floor(offset / n)), rest };
  }
  const [least, most] = rangeOf(e, extents);
  if (least >= 0 && most < n) return { quotient: integer(0), rest: e };
  return { quotient: binary('div', e, integer(n)), rest: binary('rem', e, integer(n)) };
}

/** The position written plainly: terms in order, added up, and `(x / n) · n + x % n` made x again. */
export function tidy(e: Expression): Expression {
  const { offset, terms } = sumOf(e);
  for (const rest of terms) {
    const whole = terms.find((term) => belongTogether(term, rest));
    if (!whole) continue;
    const others = terms.filter((term) => term !== whole && term !== rest);
    const { a } = rest.atom as Extract<Expression, { kind: 'binary' }>;
    return tidy(binary('add', addUp(others, offset), binary('mul', a, integer(rest.coefficient))));
  }
  return addUp(terms, offset);
}

/** Whether two terms are the quotient and the rest of one division, in proportion. */
function belongTogether(quotient: Term, rest: Term): boolean {
  const [q, r] = [quotient.atom, rest.atom];
  if (q.kind !== 'binary' || r.kind !== 'binary' || q.fn !== 'div' || r.fn !== 'rem') return false;
  if (q.b.kind !== 'constant' || r.b.kind !== 'constant' || q.b.value !== r.b.value) return false;
  return quotient.coefficient === rest.coefficient * q.b.value && keyOf(q.a) === keyOf(r.a);
}

/**
 * Expressions with each axis replaced by a position. Quotients and rests are taken apart anew, because what could not be told
 * apart before may be now. One replacement remembers what it has seen: expressions share their parts.
 */
export function axisReplacement(axes: readonly Expression[], extents: Extents): (e: Expression) => Expression {
  const seen = new Map<Expression, Expression>();
  const replaced = (e: Expression): Expression => {
    switch (e.kind) {
      case 'axis':
        return axes[e.axis] as Expression;
      case 'binary': {
        const [a, b] = [replace(e.a), replace(e.b)];
        const divides = (e.fn === 'div' || e.fn === 'rem') && e.dtype === 'int32';
        if (divides && b.kind === 'constant' && b.value > 0 && rangeOf(a, extents)[0] >= 0) {
          const { quotient, rest } = divide(a, b.value, extents);
          return e.fn === 'div' ? quotient : rest;
        }
        return binary(e.fn, a, b);
      }
      default:
        return withOperands(e, replace);
    }
  };
  const replace = (e: Expression): Expression => getOrMake(seen, e, () => replaced(e));
  return replace;
}

/** Axes numbered from 0, one for each extent. */
export function axesOver(extents: Extents): Expression[] {
  return extents.map((_, d) => axis(d));
}

/** The axes among places, in order. */
export function axesIn(places: readonly Expression[]): number[] {
  return places.flatMap((place) => (place.kind === 'axis' ? [place.axis] : []));
}

function addUp(terms: readonly Term[], offset: number): Expression {
  let sum: Expression = integer(offset);
  for (const { atom, coefficient } of terms) sum = binary('add', sum, binary('mul', atom, integer(coefficient)));
  return sum;
}

const atomKeys = new WeakMap<Expression, string>();

function atomKey(e: Expression): string {
  if (e.kind === 'axis') return `a${String(e.axis).padStart(2, '0')}`;
  return getOrMake(atomKeys, e, () =>
    e.kind === 'binary' ? `(${keyOf(e.a)})${e.fn}(${keyOf(e.b)})` : `#${numberOf(e)}`,
  );
}
