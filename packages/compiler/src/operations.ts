import type { DType, Shape } from '@evenkeel/backend';
import type { Spec } from './primitive.ts';
import type { ConvolutionAttributes } from './primitives/convolution.ts';
import type { FoldWindowsAttributes } from './primitives/fold-windows.ts';
import type { ScanAttributes } from './primitives/scan.ts';
import type { WindowsAttributes } from './primitives/windows.ts';

type Unary<T> = (x: T) => T;
/** A number takes the other side's shape and dtype. */
type Binary<T> = (a: T, b: T | number) => T;

/** Every primitive as a function of values `T`: what gradients are written in. Shapes are equal; nothing is broadcast. */
export interface Operations<T extends Spec> {
  readonly neg: Unary<T>;
  readonly abs: Unary<T>;
  readonly sign: Unary<T>;
  readonly floor: Unary<T>;
  readonly ceil: Unary<T>;
  readonly trunc: Unary<T>;
  readonly round: Unary<T>;
  readonly sqrt: Unary<T>;
  readonly exp: Unary<T>;
  readonly expm1: Unary<T>;
  readonly log: Unary<T>;
  readonly log1p: Unary<T>;
  readonly sin: Unary<T>;
  readonly cos: Unary<T>;
  readonly atan: Unary<T>;
  readonly tanh: Unary<T>;
  readonly erf: Unary<T>;
  readonly not: Unary<T>;
  readonly copy: Unary<T>;

  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly div: Binary<T>;
  readonly fmod: Binary<T>;
  readonly pow: Binary<T>;
  readonly maximum: Binary<T>;
  readonly minimum: Binary<T>;
  readonly and: Binary<T>;
  readonly or: Binary<T>;
  readonly xor: Binary<T>;
  readonly eq: Binary<T>;
  readonly ne: Binary<T>;
  readonly lt: Binary<T>;
  readonly le: Binary<T>;
  readonly gt: Binary<T>;
  readonly ge: Binary<T>;

  where(condition: T, a: T | number, b: T | number): T;
  cast(x: T, dtype: DType): T;
  /** One value everywhere; costs no memory. */
  full(shape: Shape, value: number, dtype: DType): T;

  /** Reduced dimensions stay, with size 1. */
  sum(x: T, dims: readonly number[]): T;
  prod(x: T, dims: readonly number[]): T;
  amax(x: T, dims: readonly number[]): T;
  amin(x: T, dims: readonly number[]): T;

  reshape(x: T, shape: Shape): T;
  permute(x: T, dims: readonly number[]): T;
  /** Dimensions of size 1 grow to `shape`, which has the same rank. */
  expand(x: T, shape: Shape): T;
  /** Elements `starts + i · steps` along each dimension, `shape` of them; steps may be negative. */
  slice(x: T, starts: readonly number[], steps: readonly number[], shape: Shape): T;
  /** Zeros before, after and (`interior` of them) between the elements of each dimension. */
  pad(x: T, before: readonly number[], after: readonly number[], interior: readonly number[]): T;

  /** `[…, m, k] · […, k, n]` with equal leading dimensions. */
  matmul(a: T, b: T): T;
  /** `out[…, i, …] = x[…, index[…, i, …], …]` along `dim`. */
  gather(x: T, index: T, dim: number): T;
  /** Zeros of `size` along `dim`, to which `source` is added at `index`. */
  scatterAdd(source: T, index: T, dim: number, size: number): T;

  /** `[N, C, …S]` by kernels `[O, C / groups, …K]`. */
  convolution(x: T, w: T, attributes: ConvolutionAttributes): T;
  /** Sliding windows along one dimension, the place in the window as a new last dimension. */
  windows(x: T, attributes: WindowsAttributes): T;
  /** The transpose of `windows`. */
  foldWindows(x: T, attributes: FoldWindowsAttributes): T;
  /** Running folds along one dimension. */
  scan(x: T, attributes: ScanAttributes): T;
}
