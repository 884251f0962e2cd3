import type { DType, Expression, Kernel, Limits, Scalar, Shape, Strides } from '@evenkeel/backend';
import type { Evaluation } from './emission/evaluation.ts';
import type { companyOfAttention } from './fusion/attention.ts';
import type { Ask, Cluster } from './fusion/cluster.ts';
import type { Joining, partsOf } from './fusion/joining.ts';
import type { AppliedValue } from './graph/value.ts';
import type { Operations } from './operations.ts';

/** What is known of a value before it is computed. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Where a view begins and how it walks, in elements of what it looks at. */
export interface ViewLayout {
  readonly strides: Strides;
  readonly offset: number;
}

/** What a gradient may be written with: the operation's values, the cotangent of its output, and every operation. */
export interface GradientContext<T extends Spec, Attributes> {
  readonly ops: Operations<T>;
  readonly inputs: readonly T[];
  readonly output: T;
  /** The cotangent: what the loss's derivative with respect to `output` is. */
  readonly gradient: T;
  readonly attributes: Attributes;
}

/** How an operation becomes kernels. Everything that is not one of these is composed from operations that are. */
export type Lowering<Attributes> =
  /** One expression per element, from the elements of the inputs at the same position. */
  | {
      readonly kind: 'pointwise';
      scalar(inputs: readonly Expression[], attributes: Attributes): Expression;
    }
  /**
   * One expression per element, from its place in each dimension and the number of the first of the operation's own arguments, of
   * which `numbers` are the dtypes.
   */
  | {
      readonly kind: 'source';
      readonly numbers?: readonly Scalar[];
      element(at: readonly Expression[], attributes: Attributes, first: number): Expression;
    }
  /** A fold over `attributes.dims`, which stay as dimensions of size 1. */
  | { readonly kind: 'reduction'; readonly fold: Fold }
  /** Elements of the input found elsewhere, or nothing (0). */
  | {
      readonly kind: 'rearrangement';
      /** Where output position `at` comes from, and whether it comes from anywhere. */
      from(
        at: readonly Expression[],
        input: Spec,
        attributes: Attributes,
      ): { at: readonly Expression[]; guard?: Expression };
    }
  /** No kernel: the same memory walked otherwise. Undefined when strides cannot say it; a contiguous input always can. */
  | {
      readonly kind: 'view';
      /** Where output position `at` lies in the input; `extents` are those of the axes that it is written in. */
      from(
        at: readonly Expression[],
        input: Spec,
        attributes: Attributes,
        extents: readonly number[],
      ): readonly Expression[];
      layout(input: Spec, strides: Strides, attributes: Attributes): ViewLayout | undefined;
    }
  /** Its inputs side by side: each is written or copied to its part of the whole, and `joining` keeps count of who waits for that. */
  | { readonly kind: 'concatenation'; readonly partsOf: typeof partsOf; joining(): Joining }
  | { readonly kind: 'contraction' }
  /** A contraction, or a sum, over what is not an input's own dimensions: it says itself which axes it has and where it reads. */
  | { readonly kind: 'convolution'; place(cluster: Cluster, value: AppliedValue, ask: Ask): void }
  | { readonly kind: 'foldWindows'; place(cluster: Cluster, value: AppliedValue, ask: Ask): void }
  | { readonly kind: 'gather' }
  /** A kernel that writes wherever its results shall lie, and that only others of the same attention can join. */
  | {
      readonly kind: 'attention';
      place(cluster: Cluster, value: AppliedValue, ask: Ask): boolean;
      company: typeof companyOfAttention;
      kernel(cluster: Cluster, evaluation: Evaluation, limits: Limits): Kernel;
    }
  /** A kernel of its own, with one result that is written row by row. */
  | { readonly kind: 'routine'; kernel(cluster: Cluster, evaluation: Evaluation, limits: Limits): Kernel };

export type Fold = 'sum' | 'prod' | 'max' | 'min' | 'argmax' | 'argmin';

/** Everything the library knows about one operation, in one place. */
export interface Primitive<Attributes> {
  readonly name: string;
  /** The result's shape and dtype. Throws `ShapeError` or `DTypeError` that says what was given and expected. */
  infer(inputs: readonly Spec[], attributes: Attributes): Spec;
  readonly lowering: Lowering<Attributes>;
  /** The values that the gradient reads: inputs by number, as far as there are so many, or the output. Nothing else is kept alive for it. */
  readonly saves: readonly (number | 'output')[];
  /** Whether finite differences and second derivatives make sense at almost every point. */
  readonly smooth: boolean;
  /** The cotangent of one input, written in operations so that it can be differentiated again. Missing: nothing flows back. */
  gradient?<T extends Spec>(context: GradientContext<T, Attributes>, input: number): T | undefined;
}

/** Attributes of an operation that has none. */
export type None = Readonly<Record<string, never>>;
