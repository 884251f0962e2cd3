/** Questions about expressions as graphs, each answered once per node. */
import {
  type Expression,
  getOrMake,
  type Kernel,
  type LoopKernel,
  operands,
  type ReductionFunction,
  withOperands,
} from '@evenkeel/backend';

export { partsOf } from '@evenkeel/backend';

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

/** Whether an expression is what a kernel folds a value to. */
export function isFold(e: Expression, fn: ReductionFunction, value: Expression, kernel: Kernel): boolean {
  if (e.kind !== 'reduced') return false;
  const fold = (kernel as Partial<LoopKernel>).reductions?.[e.reduction];
  return fold?.fn === fn && fold.value === value;
}

/** Whether a value is the distance of an element from the largest of its row: 0 or negative, if it is a number. */
export function isBelowPeak(e: Expression, kernel: Kernel): boolean {
  return e.kind === 'binary' && e.fn === 'sub' && isFold(e.b, 'max', e.a, kernel);
}

/** How many times each part is used by another part or is a root. */
export function countUses(
  roots: readonly Expression[],
  partsOf: (e: Expression) => readonly Expression[],
): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  const visit = (e: Expression): void => {
    const seen = uses.get(e);
    uses.set(e, (seen ?? 0) + 1);
    if (seen === undefined) partsOf(e).forEach(visit);
  };
  for (const root of roots) visit(root);
  return uses;
}

/** Expressions with every part that `find` answers for replaced; parts in which nothing is replaced stay themselves. */
export function replacing(find: (part: Expression) => Expression | undefined): (e: Expression) => Expression {
  const memo = new Map<Expression, Expression>();
  const replace = (e: Expression): Expression =>
    getOrMake(
      memo,
      e,
      () => find(e) ?? (operands(e).every((part) => replace(part) === part) ? e : withOperands(e, replace)),
    );
  return replace;
}

/** Whether an index expression is made by scalar arithmetic from its parts. */
export function isScalarArithmetic(
  e: Expression,
): e is Expression & { kind: 'binary'; fn: 'add' | 'sub' | 'mul' | 'div' | 'rem' } {
  if (e.kind !== 'binary' || e.dtype !== 'int32') return false;
  if (e.fn === 'add' || e.fn === 'sub' || e.fn === 'mul') return true;
  const byConstant = e.b.kind === 'constant' && e.b.value !== 0 && e.b.value !== -1;
  return byConstant && (e.fn === 'div' || e.fn === 'rem');
}
