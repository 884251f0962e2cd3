import { type DType, getOrMake, type HostArray } from '@evenkeel/backend';
import { Graph, type Primitive, type Spec, type Value } from '@evenkeel/compiler';
import { EvenKeelError } from '@evenkeel/errors';
import type { Device } from '../engine/device.ts';
import { bindingOf } from '../engine/execute.ts';
import { unassignable } from '../engine/unassignable.ts';
import { Tensor } from '../tensor.ts';
import { revived } from './revive.ts';
import { isConsumed, leaked, type Traced, unreadable } from './traced.ts';

/** Where an input of the recorded computation is found at each call. */
export type Source =
  | { readonly kind: 'argument'; readonly position: number }
  /** A tensor that the function reaches by itself: a parameter, a buffer, a constant. */
  | { readonly kind: 'captured'; readonly tensor: Tensor; readonly data?: HostArray | undefined }
  /** The gradient that a tensor has when the function is called. */
  | { readonly kind: 'gradient'; readonly of: Tensor };

/** Something on the host that happens again at every call. */
export type HostEvent =
  | { readonly kind: 'numbers'; readonly slot: number; readonly produce: () => readonly number[] }
  | { readonly kind: 'effect'; readonly run: () => void };

/** Something that must still be as it was for a recording to hold. */
export interface Guard {
  readonly read: () => unknown;
  readonly value: unknown;
  /** Whose it is: a module, an optimizer. */
  readonly of?: object | undefined;
}

/** Writes down what a function computes: operations as a graph, and what happens on the host beside it. */
export class Recorder {
  readonly graph = new Graph();
  readonly device: Device;
  readonly sources: Source[] = [];
  readonly events: HostEvent[] = [];
  readonly guards: Guard[] = [];
  /** What happens at the end of each call, once its program has run. */
  readonly afterwards: (() => void)[] = [];
  /** The numbers that the host brought during this recording, by slot. */
  readonly numbers: number[] = [];
  /** Tensors that were assigned to, and what they hold now. */
  readonly written = new Map<Tensor, Value>();
  /** Tensors whose gradient was set, and whether it was read since. */
  readonly gradients = new Map<Tensor, { isRead: boolean }>();
  /** What was computed anew by now, in the place of what was before: nobody need keep that. */
  readonly anew = new Map<Value, Value>();
  readonly #inputs = new Map<Tensor, Value>();
  readonly #gradientOf = new Map<Tensor, Tensor>();
  /** The gradients that tensors had when the function was called, of those that were set since. */
  readonly #gradientsBefore = new Map<Tensor, Tensor>();
  /** Tensors whose gradient the function looked at before it set it. */
  readonly #found = new Set<Tensor>();
  readonly #arguments: readonly Tensor[];
  readonly #born = new Map<Tensor, HostArray>();
  readonly #around: Recorder | 'eager' | undefined;
  #isOver = false;

  /** @param around set for the body of a recurrence: it reads what it is not given from there */
  constructor(device: Device, args: readonly Tensor[], around?: Recorder | 'eager') {
    this.device = device;
    this.#arguments = args;
    this.#around = around;
  }

  /** Writes down one operation. */
  apply<Attributes extends object>(
    primitive: Primitive<Attributes>,
    inputs: readonly Tensor[],
    attributes: Attributes,
    numbers?: () => readonly number[],
  ): Tensor {
    const values = inputs.map((input) => this.valueOf(input));
    const { lowering } = primitive;
    const own = lowering.kind === 'source' ? lowering.numbers : undefined;
    const slot = own && this.graph.reserve(...own);
    if (slot !== undefined && numbers) this.#happen({ kind: 'numbers', slot, produce: numbers });
    const value = this.graph.apply(primitive as unknown as Primitive<never>, values, attributes, slot);
    return this.tensor(value);
  }

  /** A tensor for something that is given from outside: an argument that has no content yet. */
  placeholder({ shape, dtype }: Spec): Tensor {
    this.sources.push({ kind: 'argument', position: this.sources.length });
    return this.tensor(this.graph.input({ shape, dtype }));
  }

  /** A tensor for a value of this recording. */
  tensor(value: Value): Tensor {
    this.device.expectDType(value.dtype);
    return new Tensor(value.shape, value.dtype, { recorder: this, value });
  }

  /** What a tensor stands for in this recording. */
  valueOf(tensor: Tensor): Value {
    if (tensor.traced) {
      const { recorder, value } = tensor.traced;
      if (recorder === this) return this.anew.get(value) ?? value;
      if (recorder === this.#around) return this.#known(tensor);
      return this.valueOf(this.realOf(tensor));
    }
    if (tensor.uniform !== undefined) return this.graph.constant(tensor.shape, tensor.dtype, tensor.uniform);
    return this.written.get(tensor) ?? (this.#around ? this.#known(tensor) : this.inputOf(tensor));
  }

  /** The tensor with memory for one that a recording left behind. @throws EvenKeelError if there is none */
  realOf(tensor: Tensor): Tensor {
    const real = revived(tensor);
    if (!real) throw leaked(tensor);
    return real;
  }

  /** @throws EvenKeelError because nothing is computed while a function is recorded */
  refuseReading(tensor: Tensor): never {
    throw unreadable(tensor);
  }

  /** What a tensor holds at this point. */
  contentOf(tensor: Tensor): Traced {
    return { recorder: this, value: this.valueOf(tensor) };
  }

  /** The input that holds what a tensor held when the function was called. */
  inputOf(tensor: Tensor): Value {
    const known = this.#inputs.get(tensor);
    if (known) return known;
    const { storage } = tensor.memory();
    if (storage.device !== this.device) {
      throw new EvenKeelError('a compiled function works on one backend', {
        op: 'compile',
        got: `a tensor on ${storage.device.backend.name} in a function on ${this.device.backend.name}`,
        remedy: 'call useBackend() before the first call, and make all tensors on it',
      });
    }
    // The range that is bound begins at the lowest element.
    bindingOf(tensor);
    const input = this.graph.input(tensor, tensor.strides);
    const source = this.#sourceOf(tensor);
    this.sources.push(source);
    this.#inputs.set(tensor, input);
    this.#guardLayout(source, tensor);
    if (tensor.requiresGrad || tensor.node === undefined) this.guard(() => tensor.requiresGrad, tensor.requiresGrad);
    return input;
  }

  number(produce: () => number, dtype: DType): Tensor {
    const slot = this.graph.reserve(dtype);
    this.#happen({ kind: 'numbers', slot, produce: () => [produce()] });
    return this.tensor(this.graph.argument([], dtype, slot));
  }

  effect(run: () => void): void {
    this.events.push({ kind: 'effect', run });
  }

  guard(read: () => unknown, value: unknown, of?: object): void {
    this.guards.push({ read, value, of });
  }

  /** Has a tensor hold another value from here on. */
  write(tensor: Tensor, value: Value): void {
    if (tensor.uniform !== undefined) throw unassignable();
    if (tensor.traced) tensor.traced = { recorder: this, value };
    else {
      this.inputOf(tensor);
      this.written.set(tensor, value);
    }
  }

  /** Notes that a tensor was made from host data while recording. It lives as long as the recording. */
  bear(tensor: Tensor, data: HostArray): void {
    tensor.keep();
    this.#born.set(tensor, data);
  }

  /** Whether a tensor was made from host data while recording. */
  hasBorn(tensor: Tensor): boolean {
    return this.#born.has(tensor);
  }

  /** Which argument of the function a tensor is. */
  positionOf(tensor: Tensor): number | undefined {
    const position = this.#arguments.indexOf(tensor);
    return position < 0 ? undefined : position;
  }

  gradientRead(of: Tensor): void {
    const set = this.gradients.get(of);
    if (set) set.isRead = true;
    if (set || this.#found.has(of)) return;
    const gradient = of.peekGrad();
    this.guard(() => isConsumed(of.peekGrad()), isConsumed(gradient));
    this.#found.add(of);
    if (gradient) this.#gradientOf.set(gradient, of);
  }

  gradientSet(of: Tensor): void {
    const gradient = of.peekGrad();
    if (gradient && !gradient.traced && !this.gradients.has(of)) {
      // The program still reads it.
      gradient.lifetime?.save();
      this.#gradientsBefore.set(of, gradient);
    }
    this.gradients.set(of, { isRead: false });
  }

  /** The gradient that a tensor had when the function was called. */
  gradientBefore(of: Tensor): Tensor | undefined {
    return this.#gradientsBefore.get(of) ?? of.peekGrad();
  }

  /** Whether nobody can miss a tensor's gradient: the function forgot the one before, and moved the tensor by this one. */
  consumes(of: Tensor): boolean {
    return this.gradients.get(of)?.isRead === true && this.written.has(of) && !this.#found.has(of);
  }

  /** Puts gradients back as they were before a recording that failed. */
  undo(): void {
    for (const of of this.gradients.keys()) {
      const before = this.#gradientsBefore.get(of);
      const isThere = before?.uniform !== undefined || before?.lifetime?.storage !== undefined;
      of.grad = isThere ? before : undefined;
    }
  }

  /** Leaves what was made from host data to the rules of memory: another recording's program runs instead of this one's. */
  abandon(): void {
    for (const tensor of this.#born.keys()) tensor.lifetime?.lend();
  }

  /** Ends the recording; a traced tensor that is used afterwards has leaked. */
  close(): void {
    this.#isOver = true;
  }

  /** Whether a tensor of this recording stands for something that only the program had. */
  isGone(tensor: Tensor): boolean {
    return this.#isOver && !revived(tensor);
  }

  /** Lets go of what the first run of the program needed. */
  settle(): void {
    for (const gradient of this.#gradientsBefore.values()) gradient.lifetime?.unsave();
    this.#gradientsBefore.clear();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** An input of a body for a tensor around it. */
  #known(tensor: Tensor): Value {
    return getOrMake(this.#inputs, tensor, () => {
      this.sources.push({ kind: 'captured', tensor });
      return this.graph.input(tensor);
    });
  }

  #happen(event: Extract<HostEvent, { kind: 'numbers' }>): void {
    this.events.push(event);
    event.produce().forEach((number, i) => {
      this.numbers[event.slot + i] = number;
    });
  }

  /** The program walks memory as it lies now; what an argument looks like is part of the signature. */
  #guardLayout(source: Source, tensor: Tensor): void {
    if (source.kind === 'argument' || (source.kind === 'captured' && tensor.isContiguous)) return;
    const found = source.kind === 'captured' ? () => tensor : () => this.gradientBefore(source.of);
    const layout = () => String(found()?.strides);
    this.guard(layout, layout());
  }

  #sourceOf(tensor: Tensor): Source {
    const position = this.positionOf(tensor);
    if (position !== undefined) return { kind: 'argument', position };
    const of = this.#gradientOf.get(tensor);
    if (of) return { kind: 'gradient', of };
    return { kind: 'captured', tensor, data: this.#born.get(tensor) };
  }
}
