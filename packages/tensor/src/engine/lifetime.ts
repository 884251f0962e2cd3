/**
 * How long a tensor's memory lives when nobody disposes of anything. The rule, in full:
 *
 * 1. `optimizer.step()` closes a step. A tensor that was neither made nor used in the step being closed is released, unless it is
 *    a parameter, a buffer, optimizer state or kept with `keep()`. So what a step made can be read until the next one closes.
 *    A loader's iteration closes a step of its own where no optimizer did.
 * 2. What was made before the first step closed, and is not part of a recorded computation, is setup: it stays.
 * 3. `noGrad(fn)` releases at its end all that was made in it, except what it returns; so does every function of the library
 *    for its own intermediates, as soon as no recorded computation needs them. `backward()` lets go of the computation.
 * 4. Below that, the garbage collector is a net: a tensor that nobody can reach is released some time later.
 *
 * Reading a released tensor is an error that names `keep()`.
 */
import { DeviceError } from '@evenkeel/errors';
import { activeRecorder } from '../recording/active.ts';
import type { Tensor } from '../tensor.ts';
import type { Storage } from './storage.ts';

/** One tensor's hold on its storage. It does not know the tensor, so that the collector may. */
export class Lifetime {
  #storage: Storage | undefined;
  /** The step in which the tensor was last made or used. */
  lastUse = currentStep;
  /** Whether it came out of a recorded computation. */
  recorded = false;
  /** Recorded computations that will read it in `backward()`. */
  #saves = 0;
  #dropped = false;
  /** The set that will release it; none while it is kept. */
  #owner: Set<Lifetime> | undefined;

  constructor(storage: Storage) {
    storage.retain();
    storage.device.tensors++;
    this.#storage = storage;
    this.lend();
  }

  get storage(): Storage | undefined {
    return this.#storage;
  }

  /** Leaves its release to the innermost scope or the step. */
  lend(): void {
    if (this.#owner || !this.#storage) return;
    this.#owner = scopes.at(-1) ?? stepTensors;
    this.#owner.add(this);
  }

  /** Takes it out of every rule but the collector's. */
  keep(): void {
    this.#owner?.delete(this);
    this.#owner = undefined;
    this.#dropped = false;
  }

  /** Hands it from a scope that ends to the one around it. */
  handUp(): void {
    this.#owner = undefined;
    this.lend();
  }

  save(): void {
    this.#saves++;
  }

  unsave(): void {
    if (--this.#saves === 0 && this.#dropped) this.release();
  }

  /** Releases it now, or when the recorded computations that will read it have. */
  drop(): void {
    if (!this.#owner) return;
    if (this.#saves === 0) this.release();
    else this.#dropped = true;
  }

  /** Releases it although recorded computations will read it: by then it is there again. */
  forget(): void {
    if (this.#dropped) this.release();
  }

  release(): void {
    if (!this.#storage) return;
    this.#owner?.delete(this);
    this.#owner = undefined;
    this.#storage.device.tensors--;
    this.#storage.device.alive?.delete(this);
    this.#storage.release();
    this.#storage = undefined;
    // The registry's own record goes with it: the collector takes it only when the event loop turns.
    net.unregister(this);
  }

  /** Takes over the storage of another content of the same shape. */
  exchange(storage: Storage): void {
    storage.retain();
    this.#storage?.release();
    this.#storage = storage;
  }
}

let currentStep = 0;
let closedByOptimizer = false;
const stepTensors = new Set<Lifetime>();
const scopes: Set<Lifetime>[] = [];
const net = new FinalizationRegistry<Lifetime>((lifetime) => {
  try {
    lifetime.release();
  } catch (error) {
    // A backend that was disposed of has nothing left to take back, and nobody stands above a finalizer to be told.
    if (!(error instanceof DeviceError)) throw error;
  }
});

/** Releases a tensor's memory some time after nobody can reach the tensor. */
export function releaseWhenUnreachable(tensor: Tensor, lifetime: Lifetime): void {
  net.register(tensor, lifetime, lifetime);
  lifetime.storage?.device.alive?.set(lifetime, new WeakRef(tensor));
}

/** Says that a tensor takes part in the present step. */
export function touch(lifetime: Lifetime): void {
  lifetime.lastUse = currentStep;
}

/** Ends a step: releases what was neither made nor used in it. Called last by `optimizer.step()`. */
export function closeStep(): void {
  const recorder = activeRecorder();
  // A compiled function closes its step when its program has run.
  if (recorder) {
    if (!recorder.afterwards.includes(closeStep)) recorder.afterwards.push(closeStep);
    return;
  }
  for (const lifetime of stepTensors) {
    if (currentStep === 0 && !lifetime.recorded) lifetime.keep();
    else if (lifetime.lastUse < currentStep) lifetime.release();
  }
  currentStep++;
  closedByOptimizer = true;
}

/** Called by a loader before it makes a batch: closes a step unless an optimizer has since the batch before. */
export function closeIteration(): void {
  if (!closedByOptimizer) closeStep();
  closedByOptimizer = false;
}

/** Opens a scope; what is made until `closeScope` belongs to it. */
export function openScope(): Set<Lifetime> {
  const scope = new Set<Lifetime>();
  scopes.push(scope);
  return scope;
}

/** Ends a scope: hands the survivors to the scope around it and drops the rest. */
export function closeScope(scope: Set<Lifetime>, survivors: readonly (Lifetime | undefined)[]): void {
  scopes.splice(scopes.lastIndexOf(scope), 1);
  for (const lifetime of survivors) {
    if (lifetime && scope.delete(lifetime)) lifetime.handUp();
  }
  for (const lifetime of scope) {
    lifetime.drop();
    if (lifetime.storage) lifetime.handUp();
  }
}
