import { axis, type Expression, integer, type Shape, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, RepeatValue, Value } from '../graph/value.ts';
import { axesIn, axesOver, axisReplacement, keyOf } from '../positions/divide.ts';
import { ravel, unravel } from '../positions/reshape.ts';
import type { AttentionPlaces } from './attention.ts';
import type { Memory } from './memory.ts';

/** One place where a cluster needs a value. */
export interface Access {
  readonly value: Value;
  readonly cluster: Cluster;
  /** Where in the value, in the cluster's axes. */
  at: readonly Expression[];
  /**
   * `element`: once for each of the cluster's elements or rows. `guarded`: only where something holds. `operand`: while a product
   * is formed. `window`: the same, again and again. `routine`: inside of a routine.
   * `memory`: as it lies, row by row. A fold or product can join the cluster only at an `element`.
   */
  readonly context: 'element' | 'guarded' | 'operand' | 'window' | 'routine' | 'memory';
}

/** Tells where a cluster needs a value. */
export type Ask = (access: Omit<Access, 'cluster'>) => void;

/** A value that a cluster leaves in memory. */
export interface Kept {
  readonly value: Value;
  at: readonly Expression[];
  readonly memory: Memory;
  /** Where its operand is read, if the cluster goes over rows and this is a sum over them, one for each position within a row. */
  readonly from?: readonly Expression[];
}

/** An operand of a product, and where it is read. */
export interface Side {
  readonly value: Value;
  readonly at: readonly Expression[];
}

/** The roles of a contraction's axes, and its operands. */
export interface Product {
  readonly value: AppliedValue;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly left: Side;
  readonly right: Side;
  /** Where the right operand is there at all; padding is not memory. */
  readonly guard: Expression | undefined;
}

/** A body that runs several times, and where it finds its inputs and leaves its results. */
export interface Repetition {
  readonly value: RepeatValue;
  readonly inputs: readonly Memory[];
  readonly results: readonly Memory[];
}

/** A fold that a cluster computes: where it reads its operand. */
export interface Folding {
  readonly at: readonly Expression[];
  readonly guard: Expression | undefined;
}

/** What will be one kernel: values that are computed together, and those of them that stay in memory. */
export class Cluster {
  readonly id: number;
  form: 'loop' | 'contraction' | 'routine' | 'repeat' = 'loop';
  /** How many positions each axis has. */
  extents: number[] = [];
  /** The axes of an element, outermost first. */
  elements: number[] = [];
  /** Those of the axes over which is folded, once something is. */
  inner: readonly number[] | undefined;
  product: Product | undefined;
  attention: AttentionPlaces | undefined;
  repetition: Repetition | undefined;
  readonly folds = new Map<AppliedValue, Folding>();
  /** Values computed here, whether or not they stay in memory. */
  readonly members = new Set<Value>();
  readonly kept: Kept[] = [];
  readonly accesses: Access[] = [];
  /** Clusters that read what this one leaves in memory. */
  readonly next = new Set<Cluster>();

  constructor(id: number, shape: Shape) {
    this.id = id;
    this.elements = this.addAxes(shape).axes;
  }

  /** The place of an element in a shape of as many. */
  placeIn(shape: Shape): Expression[] {
    return unravel(this.numberAlong(this.elements), shape, this.extents);
  }

  /** Which element or row of the cluster lies at a place, if it goes through them all in order. */
  levelOf(at: readonly Expression[], shape: Shape): 'element' | 'row' | undefined {
    const size = sizeOf(shape);
    const goesThrough = (axes: readonly number[]): boolean =>
      size === this.sizeOf(axes) && keyOf(ravel(at, shape)) === keyOf(this.numberAlong(axes));
    if (goesThrough(this.elements)) return 'element';
    return this.inner !== undefined && goesThrough(this.outer) ? 'row' : undefined;
  }

  /** The axes over which is not folded. */
  get outer(): readonly number[] {
    return this.elements.filter((element) => !this.inner?.includes(element));
  }

  sizeOf(axes: readonly number[]): number {
    return sizeOf(this.#extentsOf(axes));
  }

  /** The number of a row, or of a position within it. */
  numberAlong(axes: readonly number[]): Expression {
    return ravel(axes.map(axis), this.#extentsOf(axes));
  }

  /** How places change if elements are numbered in a shape of as many; the cluster stays as it is. */
  trial(shape: Shape): { extents: number[]; places: Expression[]; replace: (e: Expression) => Expression } {
    const extents = shape.filter((extent) => extent !== 1);
    let next = 0;
    const axes = axesOver(extents);
    const places = shape.map((extent) => (extent === 1 ? integer(0) : (axes[next++] as Expression)));
    const replaced = unravel(ravel(axes, extents), this.#extentsOf(this.elements), extents);
    const byAxis: Expression[] = [];
    this.elements.forEach((element, i) => {
      byAxis[element] = replaced[i] as Expression;
    });
    return { extents, places, replace: axisReplacement(byAxis, extents) };
  }

  /** Numbers the elements in another shape of as many. Only before the cluster folds or multiplies. */
  reaxis(shape: Shape): Expression[] {
    const { extents, places, replace } = this.trial(shape);
    for (const entry of [...this.accesses, ...this.kept]) entry.at = entry.at.map(replace);
    this.extents = extents;
    this.elements = [...extents.keys()];
    return places;
  }

  /** Further axes, in which elements are not numbered; an extent of 1 needs none. */
  addAxes(shape: Shape): { axes: number[]; places: Expression[] } {
    const places = shape.map((extent) => (extent === 1 ? integer(0) : axis(this.extents.push(extent) - 1)));
    return { axes: axesIn(places), places };
  }

  #extentsOf(axes: readonly number[]): number[] {
    return axes.map((each) => this.extents[each] as number);
  }
}

/** Whether a cluster's results reach another, directly or through others. */
export function reaches(from: Cluster, to: Cluster, seen = new Set<Cluster>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  for (const next of from.next) if (reaches(next, to, seen)) return true;
  return false;
}
