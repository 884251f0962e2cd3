import { contiguousStrides, type DType, isContiguous, type Shape, type Strides, sizeOf } from '@evenkeel/backend';
import { DeviceError, ShapeError } from '@evenkeel/errors';
import type { GradientNode } from './autograd/node.ts';
import { asElement } from './engine/host-array.ts';
import { Lifetime, releaseWhenUnreachable, touch } from './engine/lifetime.ts';
import type { Storage } from './engine/storage.ts';
import { unassignable } from './engine/unassignable.ts';
import { activeRecorder } from './recording/active.ts';
import type { Traced } from './recording/traced.ts';

/** Memory and how a tensor walks it, in elements. */
export interface View {
  readonly storage: Storage;
  readonly strides: Strides;
  readonly offset: number;
}

/** A number stands for a tensor of any shape that holds it everywhere. */
export type TensorLike = Tensor | number;

/**
 * An n-dimensional array of one dtype that remembers how it was computed. Operations are methods and functions of the same name;
 * each returns a new tensor. Reading is asynchronous: `await t.data()`. Nothing has to be disposed of (see `engine/lifetime.ts`).
 * A shape is sizes, outermost first; a scalar's is `[]`. Dtypes are float32 (the default), int32, bool, float64 on the backend cpu, and float16 on cpu
 * and on GPUs that have it.
 *
 * ```ts
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const y = x.mul(2).sum(1); // each row
 * console.log(x.shape, await y.tolist()); // prints [ 2, 2 ] [ 6, 14 ]
 * y.sum().backward();
 * console.log(await x.grad?.tolist()); // prints [ [ 2, 2 ], [ 2, 2 ] ]
 * ```
 *
 * @throws ShapeError or DTypeError from an operation whose inputs do not fit, DeviceError where no backend is in use
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether `backward()` computes a gradient for it. Set on leaves; what is computed from one inherits it. */
  requiresGrad = false;
  /** @internal The recorded computation that made it. */
  node: GradientNode | undefined = undefined;
  /** @internal The one number that it holds everywhere, if it has no memory. */
  readonly uniform: number | undefined;
  /** @internal Absent for a tensor without memory. */
  readonly lifetime: Lifetime | undefined;
  /** @internal What it stands for in a recording, if it is part of one. */
  traced: Traced | undefined = undefined;
  /** @internal */
  strides: Strides;
  /** @internal In elements. */
  offset: number;
  #grad: Tensor | undefined;
  #retainsGrad = false;

  /** @internal Tensors are made by functions: `tensor`, `zeros`, `arange`, … */
  constructor(shape: Shape, dtype: DType, content: View | Traced | number) {
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
      throw new ShapeError(`[${shape}] is no shape`, { expected: 'integers that are not negative' });
    }
    this.shape = shape;
    this.dtype = dtype;
    this.strides = contiguousStrides(shape);
    this.offset = 0;
    if (typeof content === 'number') {
      this.uniform = asElement(content, dtype);
    } else if ('recorder' in content) {
      this.traced = content;
    } else {
      this.strides = content.strides;
      this.offset = content.offset;
      this.lifetime = new Lifetime(content.storage);
      releaseWhenUnreachable(this, this.lifetime);
    }
  }

  /** How many elements it has. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** How many dimensions it has. */
  get ndim(): number {
    return this.shape.length;
  }

  /** The gradient that `backward()` accumulated, of the same shape. */
  get grad(): Tensor | undefined {
    activeRecorder()?.gradientRead(this);
    return this.#grad;
  }

  set grad(value: Tensor | undefined) {
    activeRecorder()?.gradientSet(this);
    if (value === this.#grad) return;
    this.#grad?.lifetime?.lend();
    this.#grad = value?.keep();
  }

  /** @internal The gradient, without a recording taking notice. */
  peekGrad(): Tensor | undefined {
    return this.#grad;
  }

  /** Whether `backward()` leaves a gradient here: on leaves that require one, and where `retainGrad()` asked for it. */
  get retainsGrad(): boolean {
    return this.requiresGrad && (this.node === undefined || this.#retainsGrad);
  }

  /** Asks `backward()` to leave the gradient of a computed tensor in `grad` too. */
  retainGrad(): this {
    this.#retainsGrad = true;
    return this;
  }

  /** Exempts it from every rule that releases memory (see `engine/lifetime.ts`); the garbage collector still frees it. */
  keep(): this {
    this.#expectStorage();
    this.lifetime?.keep();
    return this;
  }

  /** Gives its memory back now instead of at the next rule. Reading it afterwards is an error. */
  release(): void {
    this.lifetime?.release();
  }

  /** The same values, cut off from the computation that made them; shares memory. */
  detach(): Tensor {
    const content = this.uniform ?? activeRecorder()?.contentOf(this) ?? this.memory();
    return new Tensor(this.shape, this.dtype, content);
  }

  /** @internal Its memory, which it must have, marked as used in this step. */
  memory(): View {
    if (this.traced) return this.traced.recorder.realOf(this).memory();
    const storage = this.#expectStorage() as Storage;
    touch(this.lifetime as Lifetime);
    return { storage, strides: this.strides, offset: this.offset };
  }

  /** @internal Whether its elements lie row by row in memory. */
  get isContiguous(): boolean {
    return this.uniform === undefined && isContiguous(this.shape, this.strides);
  }

  /** @internal Makes it hold another content of the same shape and dtype. */
  become(content: View): void {
    if (!this.lifetime) throw unassignable();
    this.lifetime.exchange(content.storage);
    this.strides = content.strides;
    this.offset = content.offset;
  }

  #expectStorage(): Storage | undefined {
    if (!this.lifetime) return undefined;
    const { storage } = this.lifetime;
    if (storage) return storage;
    throw new DeviceError(`this tensor of shape [${this.shape}] was released`, {
      got: 'a tensor that a step, noGrad() or release() gave back',
      expected: 'one made or used since the last step closed',
      remedy: 'call keep() on what must live longer, or return it from noGrad()',
    });
  }

  /** A short description; the values have to be read with `await t.data()`. */
  toString(): string {
    return `Tensor([${this.shape.join(', ')}], ${this.dtype})`;
  }

  /** @internal Guards against use as a number, which would silently be NaN. */
  valueOf(): never {
    throw new ShapeError('a tensor is not a number', {
      op: 'valueOf',
      remedy: 'use methods such as a.add(b), and await t.item() to read one value',
    });
  }
}
