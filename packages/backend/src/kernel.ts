import type { Scalar } from './dtype.ts';
import type { Expression } from './expression.ts';

/** What a kernel reads or writes: its bindings are numbered in this order. */
export interface KernelBinding {
  readonly dtype: Scalar;
  readonly access: 'read' | 'write';
}

/** Whether a routine may write what it made of a value to a binding: one of its dtype, or of float16, to which it is rounded then. */
export function mayHold(output: KernelBinding | undefined, { dtype }: { readonly dtype: Scalar }): boolean {
  const isRounded = output?.dtype === 'float16' && dtype === 'float32';
  return output?.access === 'write' && (output.dtype === dtype || isRounded);
}

export type ReductionFunction = 'sum' | 'prod' | 'max' | 'min';

/** One value per outer index: `value` folded over the inner axes. A NaN in `max` or `min` stays. */
export interface Reduction {
  readonly fn: ReductionFunction;
  readonly value: Expression;
}

export interface Store {
  readonly binding: number;
  readonly index: Expression;
  readonly value: Expression;
}

/** What stores compute: their indices and their values. */
export function storedParts(stores: readonly Store[]): Expression[] {
  return stores.flatMap(({ index, value }) => [index, value]);
}

/** A store with its index and its value replaced. */
export function mapStore({ binding, index, value }: Store, replace: (part: Expression) => Expression): Store {
  return { binding, index: replace(index), value: replace(value) };
}

interface KernelParts {
  readonly bindings: readonly KernelBinding[];
  /** The dtypes of the kernel's arguments. */
  readonly arguments: readonly Scalar[];
}

/**
 * For each outer index: the reductions in order over the inner axes, each of which may use the ones before; then the stores.
 * Axes are numbered outer first, inner after. Without reductions the inner axes are empty.
 */
export interface LoopKernel extends KernelParts {
  readonly form: 'loop';
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  /** At most 31. */
  readonly reductions: readonly Reduction[];
  /** Once per outer index. */
  readonly stores: readonly Store[];
  /**
   * Once per outer and inner index, after all reductions. Where there are reductions, they do not write memory that the kernel
   * reads.
   */
  readonly elementStores: readonly Store[];
  /** Once per inner index: the value's sum over all outer indices. Only for backends whose limits say `columnSums`. */
  readonly sums?: readonly Store[];
}

/**
 * `stores(batch, m, n)` of `Σ_k a(batch, m, k) · b(batch, k, n)`, which they read as `reduced 0`.
 * Each role may span several axes; they are numbered batch, m, n, k. Floats only. A store may overwrite what stores read at
 * the same place, but not what `a` and `b` read.
 */
export interface ContractionKernel extends KernelParts {
  readonly form: 'contraction';
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: Expression;
  readonly b: Expression;
  readonly stores: readonly Store[];
}

export type RoutineName = RoutineKernel['routine'];

/**
 * `out[o, index(o, i, r), r] += value(o, i, r)`, from zero, in the order of i. Axes: 0 is o, 1 is i, 2 is r.
 * `out` is contiguous `[outer, size, inner]`. An index outside [0, size) adds nothing and reports an `IndexError`.
 */
export interface ScatterAddKernel extends KernelParts {
  readonly form: 'routine';
  readonly routine: 'scatterAdd';
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly size: number;
  readonly index: Expression;
  readonly value: Expression;
  readonly output: number;
}

/**
 * Running folds: `out[o, i, r]` is `value(o, j, r)` folded over all j up to i, or from i on in reverse. Axes as in `scatterAdd`;
 * `out` is contiguous `[outer, length, inner]`.
 */
export interface ScanKernel extends KernelParts {
  readonly form: 'routine';
  readonly routine: 'scan';
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly fn: ReductionFunction;
  readonly reverse: boolean;
  readonly value: Expression;
  readonly output: number;
}

/**
 * `out[o, i, r]` is the place of `value(o, i, r)` among the values of its line, sorted. Equal values keep their order; NaN comes
 * last in ascending order and first in descending. Axes as in `scatterAdd`; `out` is contiguous `[outer, length, inner]`, int32.
 */
export interface RankKernel extends KernelParts {
  readonly form: 'routine';
  readonly routine: 'rank';
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly descending: boolean;
  readonly value: Expression;
  readonly output: number;
}

export type LineKernel = ScatterAddKernel | ScanKernel | RankKernel;

/** What scores less than this in attention weighs nothing, as if it were not seen. A largest score can be looked for from here. */
export const lowestScore = -1e29;

/**
 * What attention is made of, forward and backward: the weights
 * `softmax over columns of (scale · Σ_depth query(batch, row, depth) · key(batch, column, depth) + bias) · factor`.
 * Axes are numbered batch, row, column, depth, width. All numbers are floats of one dtype.
 */
interface AttentionParts extends KernelParts {
  readonly form: 'routine';
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly width: number;
  /** At (batch, row, depth). */
  readonly query: Expression;
  /** At (batch, column, depth). */
  readonly key: Expression;
  /** At (batch, column, width). */
  readonly value: Expression;
  readonly scale: number;
  /** At (batch, row, column), as are the next two. Added to the scores. */
  readonly bias?: Expression;
  /** Bool. What is not seen weighs nothing, whatever its score. The weights of a row in which nothing weighs are zeros. */
  readonly seen?: Expression;
  /** What each weight is multiplied by once their sum is 1. */
  readonly factor?: Expression;
  /** Whether row i sees no columns but those up to i, and of them what is `seen`. */
  readonly causal: boolean;
}

/**
 * `stores(batch, row, width)` of `Σ_column weight · value`, which they read as `reduced 0`. They do not write memory that the
 * kernel reads.
 */
export interface AttentionKernel extends AttentionParts {
  readonly routine: 'attention';
  readonly stores: readonly Store[];
}

/**
 * The derivatives of attention, P being its weights before the factor: with `dP = factor · Σ_width cotangent · value` and
 * `dS = P · (dP - Σ_column P · dP)`, where the sum is also `Σ_width output · cotangent`, they are `scale · Σ_column dS · key` of the query, `scale · Σ_row dS · query` of the
 * key and `Σ_row P · factor · cotangent` of the value. Stores read as `reduced 0` what they store of; a list may be empty.
 * They do not write memory that the kernel reads.
 */
export interface AttentionGradientKernel extends AttentionParts {
  readonly routine: 'attentionGradient';
  /** What attention gave, at (batch, row, width). */
  readonly output: Expression;
  /** The cotangent of that, at the same. */
  readonly cotangent: Expression;
  /** At (batch, row, depth). */
  readonly queryStores: readonly Store[];
  /** At (batch, column, depth). */
  readonly keyStores: readonly Store[];
  /** At (batch, column, width). */
  readonly valueStores: readonly Store[];
}

export type AttentionRoutine = AttentionKernel | AttentionGradientKernel;

export type RoutineKernel = LineKernel | AttentionRoutine;

export function isAttention(kernel: RoutineKernel): kernel is AttentionRoutine {
  return kernel.routine === 'attention' || kernel.routine === 'attentionGradient';
}

/** The stores of attention or of its derivatives, and everything else that such a kernel computes. */
export function attentionParts(kernel: AttentionRoutine): {
  readonly values: readonly Expression[];
  readonly stores: readonly Store[];
} {
  const { query, key, value, bias, seen, factor } = kernel;
  const isForward = kernel.routine === 'attention';
  const values = [query, key, value, bias, seen, factor, ...(isForward ? [] : [kernel.output, kernel.cotangent])];
  return {
    values: values.filter((part) => part !== undefined),
    stores: isForward ? kernel.stores : [...kernel.queryStores, ...kernel.keyStores, ...kernel.valueStores],
  };
}

export type Kernel = LoopKernel | ContractionKernel | RoutineKernel;

/** Every expression that a kernel computes: values, and where they are stored. */
export function rootsOf(kernel: Kernel): Expression[] {
  if (kernel.form === 'loop') {
    const { reductions, stores, elementStores, sums = [] } = kernel;
    return [...reductions.map((r) => r.value), ...storedParts([...stores, ...elementStores, ...sums])];
  }
  if (kernel.form === 'contraction') return [kernel.a, kernel.b, ...storedParts(kernel.stores)];
  if (isAttention(kernel)) {
    const { values, stores } = attentionParts(kernel);
    return [...values, ...storedParts(stores)];
  }
  return kernel.routine === 'scatterAdd' ? [kernel.index, kernel.value] : [kernel.value];
}
