/** Questions about expressions as graphs, each answered once per node. */
import { type Expression, type LinearForm, linearForm, operands } from '@evenkeel/backend';

const knownReductions = new WeakMap<Expression, number>();

/** The reductions whose results an expression's value depends on, as a bit set. */
export function reductionsOf(e: Expression): number {
  if (e.kind === 'reduced') return 1 << e.reduction;
  const parts = operands(e);
  if (parts.length === 0) return 0;
  let found = knownReductions.get(e);
  if (found === undefined) {
    found = 0;
    for (const part of parts) found |= reductionsOf(part);
    knownReductions.set(e, found);
  }
  return found;
}

const knownForms = new WeakMap<Expression, { form: LinearForm | undefined }>();

/** `linearForm`, remembered: an index is asked about at every loop level. */
export function formOf(index: Expression): LinearForm | undefined {
  let known = knownForms.get(index);
  if (!known) {
    known = { form: linearForm(index) };
    knownForms.set(index, known);
  }
  return known.form;
}

/** How many times each part is used by another part or is a root. */
export function countUses(roots: readonly Expression[]): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  const visit = (e: Expression): void => {
    const seen = uses.get(e);
    uses.set(e, (seen ?? 0) + 1);
    if (seen === undefined) for (const part of operands(e)) visit(part);
  };
  for (const root of roots) visit(root);
  return uses;
}

/** Every part of some expressions, once. */
export function partsOf(roots: readonly Expression[]): Set<Expression> {
  const parts = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (parts.has(e)) return;
    parts.add(e);
    for (const part of operands(e)) visit(part);
  };
  for (const root of roots) visit(root);
  return parts;
}

/** An expression with every part that `find` answers for replaced; parts in which nothing is replaced stay themselves. */
export function replaceParts(
  e: Expression,
  find: (part: Expression) => Expression | undefined,
  memo: Map<Expression, Expression>,
): Expression {
  const known = memo.get(e);
  if (known) return known;
  const on = (part: Expression): Expression => replaceParts(part, find, memo);
  const made = find(e) ?? (operands(e).every((part) => on(part) === part) ? e : rebuild(e, on));
  memo.set(e, made);
  return made;
}

function rebuild(e: Expression, on: (part: Expression) => Expression): Expression {
  switch (e.kind) {
    case 'unary':
    case 'cast':
    case 'bounded':
      return { ...e, a: on(e.a) };
    case 'binary':
      return { ...e, a: on(e.a), b: on(e.b) };
    case 'select':
      return { ...e, condition: on(e.condition), a: on(e.a), b: on(e.b) };
    case 'load':
      return e.guard ? { ...e, index: on(e.index), guard: on(e.guard) } : { ...e, index: on(e.index) };
    default:
      return e;
  }
}

/** Whether an index expression is made by scalar arithmetic from its parts. */
export function isScalarArithmetic(e: Expression): e is Expression & { kind: 'binary' } {
  if (e.kind !== 'binary' || e.dtype !== 'int32') return false;
  if (e.fn === 'add' || e.fn === 'sub' || e.fn === 'mul') return true;
  const byConstant = e.b.kind === 'constant' && e.b.value !== 0 && e.b.value !== -1;
  return byConstant && (e.fn === 'div' || e.fn === 'rem');
}
