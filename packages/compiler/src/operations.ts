import type { DType, Shape } from '@evenkeel/backend';
import type { Primitive, Spec } from './primitive.ts';

type Unary<T> = (x: T) => T;
/** A number takes the other side's shape and dtype. */
type Binary<T> = (a: T, b: T | number) => T;

/**
 * What gradients are written in, on values `T`: any primitive, and the everyday ones by name. Shapes are equal; nothing is broadcast.
 * Every program that differentiates carries the named ones, so there are few of them.
 */
export interface Operations<T extends Spec> {
  apply<Attributes>(primitive: Primitive<Attributes>, inputs: readonly T[], attributes: Attributes): T;

  readonly neg: Unary<T>;
  readonly sign: Unary<T>;
  readonly exp: Unary<T>;
  readonly log: Unary<T>;

  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly div: Binary<T>;
  readonly and: Binary<T>;
  readonly or: Binary<T>;
  readonly eq: Binary<T>;
  readonly lt: Binary<T>;
  readonly gt: Binary<T>;
  readonly ge: Binary<T>;

  where(condition: T, a: T | number, b: T | number): T;
  cast(x: T, dtype: DType): T;
  /** One value everywhere; costs no memory. */
  full(shape: Shape, value: number, dtype: DType): T;

  /** Reduced dimensions stay, with size 1. */
  sum(x: T, dims: readonly number[]): T;

  reshape(x: T, shape: Shape): T;
  permute(x: T, dims: readonly number[]): T;
  /** Dimensions of size 1 grow to `shape`, which has the same rank. */
  expand(x: T, shape: Shape): T;
}
