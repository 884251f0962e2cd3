/**
 * The grammar of what a kernel computes: scalar expressions over the positions along the kernel's axes.
 *
 * An expression is immutable data and may be shared (a graph, not only a tree): whoever walks one remembers by identity.
 * Indices are int32 expressions of the same grammar, counted in elements from where the binding begins.
 */
import { isFloat, type Scalar } from './dtype.ts';

export type UnaryFunction =
  | 'neg'
  | 'abs'
  /** -1, 0 or 1; NaN stays NaN. */
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'trunc'
  /** To the nearest integer, halves to even. */
  | 'round'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'atan'
  | 'tanh'
  | 'erf'
  /** Logical on bool, bitwise on integers. */
  | 'not';

export type ComparisonFunction = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export type BinaryFunction =
  | 'add'
  | 'sub'
  | 'mul'
  /** IEEE on floats; truncated toward zero on integers, where dividing by zero gives 0. */
  | 'div'
  /** The rest of `div`, with the sign of the dividend (C's fmod and %). By zero: NaN on floats, 0 on integers. */
  | 'rem'
  /** Floats only, as IEEE pow. */
  | 'pow'
  /** NaN if either is NaN. */
  | 'max'
  | 'min'
  /** Logical on bool, bitwise on integers. */
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  /** Keeps the sign on int32, brings in zeros on uint32. */
  | 'shiftRight'
  | ComparisonFunction;

export type Expression =
  | { readonly kind: 'constant'; readonly dtype: Scalar; readonly value: number }
  /** A number that may differ at every run; never part of a kernel's identity. */
  | { readonly kind: 'argument'; readonly dtype: Scalar; readonly slot: number }
  /** The position along an axis of the kernel's domain. */
  | { readonly kind: 'axis'; readonly dtype: 'int32'; readonly axis: number }
  /** An element of a binding. Where `guard` is false nothing is read and the value is 0. */
  | {
      readonly kind: 'load';
      readonly dtype: Scalar;
      readonly binding: number;
      readonly index: Expression;
      readonly guard?: Expression;
    }
  /** The result of an earlier reduction of the same kernel (in a contraction: 0 is the sum of products). */
  | { readonly kind: 'reduced'; readonly dtype: Scalar; readonly reduction: number }
  | {
      readonly kind: 'unary';
      readonly dtype: Scalar;
      readonly fn: UnaryFunction;
      readonly a: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly dtype: Scalar;
      readonly fn: BinaryFunction;
      readonly a: Expression;
      readonly b: Expression;
    }
  | {
      readonly kind: 'select';
      readonly dtype: Scalar;
      readonly condition: Expression;
      readonly a: Expression;
      readonly b: Expression;
    }
  /**
   * Float to integer truncates toward zero; anything to bool is `!= 0`; to a float it is the nearest, of two the even one. With float16 there
   * is nothing else to do than to load, to choose, to cast and to store: functions and folds are of float32.
   */
  | { readonly kind: 'cast'; readonly dtype: Scalar; readonly a: Expression }
  /** An int32 held within [0, size): a value outside is replaced by the nearest inside, and the run reports an `IndexError`. */
  | {
      readonly kind: 'bounded';
      readonly dtype: 'int32';
      readonly a: Expression;
      readonly size: number;
    }
  /**
   * A word of a random stream: `philox4x32([low, high, 0, 0], seed)[index % 4]`, where `low` and `high` are the halves of the stream's
   * first block + index / 4. At a negative index it is any word.
   */
  | {
      readonly kind: 'random';
      readonly dtype: 'uint32';
      /** The index. */
      readonly a: Expression;
      /** The first of four uint32 arguments of the kernel: the halves of the seed and of the first block, the lower first. */
      readonly slot: number;
    };

const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

export function constant(dtype: Scalar, value: number): Expression {
  return { kind: 'constant', dtype, value };
}

/** An int32 constant: what index arithmetic is made of. */
export function integer(value: number): Expression {
  return { kind: 'constant', dtype: 'int32', value };
}

export function argument(dtype: Scalar, slot: number): Expression {
  return { kind: 'argument', dtype, slot };
}

export function axis(position: number): Expression {
  return { kind: 'axis', dtype: 'int32', axis: position };
}

export function load(dtype: Scalar, binding: number, index: Expression, guard?: Expression): Expression {
  return guard === undefined ? { kind: 'load', dtype, binding, index } : { kind: 'load', dtype, binding, index, guard };
}

export function reduced(dtype: Scalar, reduction: number): Expression {
  return { kind: 'reduced', dtype, reduction };
}

export function unary(fn: UnaryFunction, a: Expression): Expression {
  return { kind: 'unary', dtype: a.dtype, fn, a };
}

/** Both sides have one dtype; a comparison is a bool. Index arithmetic is folded as far as constants go. */
export function binary(fn: BinaryFunction, a: Expression, b: Expression): Expression {
  if (a.dtype === 'int32') {
    const folded = foldInteger(fn, a, b);
    if (folded) return folded;
  }
  return { kind: 'binary', dtype: comparisons.has(fn) ? 'bool' : a.dtype, fn, a, b };
}

export function select(condition: Expression, a: Expression, b: Expression): Expression {
  return { kind: 'select', dtype: a.dtype, condition, a, b };
}

export function cast(dtype: Scalar, a: Expression): Expression {
  return a.dtype === dtype ? a : { kind: 'cast', dtype, a };
}

export function bounded(a: Expression, size: number): Expression {
  return { kind: 'bounded', dtype: 'int32', a, size };
}

export function random(index: Expression, slot: number): Expression {
  return { kind: 'random', dtype: 'uint32', a: index, slot };
}

/** `offset + Σ coefficient · term`, without the terms that vanish. */
export function weightedSum(terms: readonly Expression[], coefficients: readonly number[], offset = 0): Expression {
  let sum = integer(offset);
  terms.forEach((term, i) => {
    sum = binary('add', sum, binary('mul', term, integer(coefficients[i] as number)));
  });
  return sum;
}

/** The expressions that an expression is made of, for a walk. */
export function operands(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'unary':
    case 'cast':
    case 'bounded':
    case 'random':
      return [e.a];
    case 'binary':
      return [e.a, e.b];
    case 'select':
      return [e.condition, e.a, e.b];
    case 'load':
      return e.guard ? [e.index, e.guard] : [e.index];
    default:
      return [];
  }
}

/** The expression with each operand replaced. */
export function withOperands(e: Expression, replace: (operand: Expression) => Expression): Expression {
  switch (e.kind) {
    case 'unary':
    case 'cast':
    case 'bounded':
    case 'random':
      return { ...e, a: replace(e.a) };
    case 'binary':
      return { ...e, a: replace(e.a), b: replace(e.b) };
    case 'select':
      return { ...e, condition: replace(e.condition), a: replace(e.a), b: replace(e.b) };
    case 'load':
      return e.guard ? { ...e, index: replace(e.index), guard: replace(e.guard) } : { ...e, index: replace(e.index) };
    default:
      return e;
  }
}

/** Every expression that some are made of, themselves included, once. */
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

/** A constant of the right kind for a dtype's arithmetic: `zero('bool')` is false. */
export function zero(dtype: Scalar): Expression {
  return constant(dtype, 0);
}

/** The value that a reduction starts from. */
export function identityOf(op: 'sum' | 'prod' | 'max' | 'min', dtype: Scalar): number {
  if (op === 'sum') return 0;
  if (op === 'prod') return 1;
  const sign = op === 'max' ? -1 : 1;
  if (isFloat(dtype)) return sign * Infinity;
  if (dtype === 'int32') return op === 'max' ? -(2 ** 31) : 2 ** 31 - 1;
  return op === 'max' ? 0 : dtype === 'bool' ? 1 : 2 ** 32 - 1;
}

function foldInteger(fn: BinaryFunction, a: Expression, b: Expression): Expression | undefined {
  if (b.kind !== 'constant') {
    return a.kind === 'constant' && (fn === 'add' || fn === 'mul') ? foldInteger(fn, b, a) : undefined;
  }
  const y = b.value;
  if (a.kind === 'constant') {
    const x = a.value;
    if (fn === 'add') return integer((x + y) | 0);
    if (fn === 'sub') return integer((x - y) | 0);
    if (fn === 'mul') return integer(Math.imul(x, y));
    if (fn === 'div' && y !== 0) return integer((x / y) | 0);
    if (fn === 'rem' && y !== 0) return integer((x % y) | 0);
    return undefined;
  }
  if ((fn === 'add' || fn === 'sub') && y === 0) return a;
  if (fn === 'mul' && y === 0) return integer(0);
  if ((fn === 'mul' || fn === 'div') && y === 1) return a;
  if (fn === 'rem' && y === 1) return integer(0);
  return undefined;
}
