/** What was computed at once, written down so that it can be computed anew: the eager half of `checkpoint`. */
import type { Primitive } from '@evenkeel/compiler';
import { activeRecorder } from '../recording/active.ts';
import { Tensor } from '../tensor.ts';
import { computeWith } from './apply.ts';
import { execute } from './execute.ts';
import { type Lifetime, releaseWhenUnreachable } from './lifetime.ts';
import type { Storage } from './storage.ts';

/** Something that was computed, and how. It depends on nothing but its inputs. */
interface Entry {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly again: Compute;
}

type Compute = (inputs: readonly Tensor[]) => readonly Tensor[];

/** An entry that has to be computed anew, and what is read for the last time then. */
interface Step extends Entry {
  readonly last: readonly Tensor[];
}

/** How some tensors are made anew. */
export class Way {
  /** What has to be there. */
  readonly from: readonly Tensor[];
  readonly #steps: readonly Step[];
  readonly #to: readonly Tensor[];

  constructor(steps: readonly Step[], from: readonly Tensor[], to: readonly Tensor[]) {
    this.#steps = steps;
    this.from = from;
    this.#to = to;
  }

  /** Makes them anew of what there is now, or of what stands for it. Whatever else is made goes as soon as nothing needs it. */
  compute(given: readonly Tensor[] = this.from): ReadonlyMap<Tensor, Tensor> {
    const fresh = new Map(this.from.map((tensor, i) => [tensor, given[i] as Tensor]));
    for (const { inputs, outputs, again, last } of this.#steps) {
      again(inputs.map((input) => fresh.get(input) as Tensor)).forEach((made, i) => {
        fresh.set(outputs[i] as Tensor, made);
      });
      for (const tensor of last) fresh.get(tensor)?.release();
    }
    return fresh;
  }

  /** Gives those that have no memory theirs again. */
  walk(): void {
    const missing = this.#to.filter(({ lifetime }) => !lifetime?.storage);
    if (missing.length === 0) return;
    const fresh = this.compute();
    for (const tensor of missing) {
      const content = (fresh.get(tensor) as Tensor).memory();
      tensor.become(content);
      content.storage.device.tensors++;
      releaseWhenUnreachable(tensor, tensor.lifetime as Lifetime);
    }
  }
}

let current: Tape | undefined;

/** Computes something, with a note of how, if there is a tape. */
export function noted(inputs: readonly Tensor[], compute: Compute): readonly Tensor[] {
  const outputs = compute(inputs);
  current?.note(inputs, outputs, compute);
  return outputs;
}

export class Tape {
  readonly #entries: Entry[] = [];
  /** What is computed on the tape, and the memory that it had then. */
  readonly #made = new Map<Tensor, Storage>();
  /** The tensor that each memory was made for; undefined for memory from outside. */
  readonly #makers = new Map<Storage, Tensor | undefined>();
  /** What things from outside held when they were read last: they may hold something else later. */
  readonly #held = new Map<Tensor, Tensor>();
  readonly #everHeld: Tensor[] = [];
  readonly #around = current;

  /** Runs a function with a note of all that is computed in it. */
  during<Result>(fn: () => Result): Result {
    const around = current;
    current = this;
    const restore = computeWith(executeNoted);
    try {
      return fn();
    } finally {
      restore();
      current = around;
      // Whoever needs them saves them; the scope around has the rest.
      for (const held of this.#everHeld) held.lifetime?.lend();
    }
  }

  note(inputs: readonly Tensor[], outputs: readonly Tensor[], again: Compute): void {
    this.#entries.push({ inputs: inputs.map((input) => this.#hold(input)), outputs, again });
    for (const output of outputs) {
      const storage = output.lifetime?.storage;
      if (!storage) continue;
      this.#made.set(output, storage);
      if (!this.#makers.has(storage)) this.#makers.set(storage, output);
    }
  }

  /** Has the tape around note the whole of this one as one step: it makes tensors, each of which another is a view of. */
  close(tensors: readonly Tensor[], views: readonly Tensor[]): void {
    if (!this.#around) return;
    const made = tensors.filter((tensor) => this.#made.has(tensor));
    const seen = made.map((tensor) => views[tensors.indexOf(tensor)] as Tensor);
    const way = this.wayTo(made);
    this.#around.note(way.from, [...made, ...seen], (given) => {
      const fresh = way.compute(given);
      const again = made.map((tensor) => fresh.get(tensor) as Tensor);
      return [...again, ...again.map((tensor) => tensor.detach())];
    });
  }

  /** Gives the memory back of what is only there for a gradient, but not that of some tensors. */
  forget(except: readonly Tensor[]): void {
    const kept = new Set(except.map(({ lifetime }) => lifetime?.storage));
    for (const [{ lifetime }, storage] of this.#made) {
      if (lifetime?.storage === storage && !kept.has(storage)) lifetime.forget();
    }
  }

  /** Whether a tensor was made on the tape and has no memory any more. */
  isForgotten(tensor: Tensor): boolean {
    return this.#made.has(tensor) && tensor.lifetime?.storage === undefined;
  }

  /** How to make some of the tape's tensors anew. */
  wayTo(wanted: readonly Tensor[]): Way {
    const needed = new Set(wanted);
    const steps: Step[] = [];
    for (const entry of this.#entries.toReversed()) {
      if (!entry.outputs.some((output) => needed.has(output))) continue;
      const last = [...entry.inputs, ...entry.outputs].filter((each) => !needed.has(each) && this.#made.has(each));
      for (const input of entry.inputs) needed.add(input);
      steps.push({ ...entry, last });
    }
    const from = [...needed].filter((tensor) => !this.#made.has(tensor));
    return new Way(steps.reverse(), from, wanted);
  }

  /** What stands for an input on the tape: itself if it was made on it, otherwise a hold on what it has now. */
  #hold(input: Tensor): Tensor {
    const storage = input.lifetime?.storage;
    if (!storage || this.#made.get(input) === storage) return input;
    const maker = this.#makers.get(storage);
    if (input.node && maker) {
      // Another look at what was made on the tape, cut off from its computation.
      this.note([maker], [input], ([again]) => [sameView(again as Tensor, input)]);
      return input;
    }
    const known = this.#held.get(input);
    if (known?.lifetime?.storage === storage) return known;
    const held = input.detach().keep();
    this.#held.set(input, held);
    this.#everHeld.push(held);
    if (!maker) this.#makers.set(storage, undefined);
    this.#around?.note([input], [held], ([again]) => [(again as Tensor).detach()]);
    return held;
  }
}

function sameView(of: Tensor, { shape, dtype, strides, offset }: Tensor): Tensor {
  return new Tensor(shape, dtype, { storage: of.memory().storage, strides, offset });
}

function executeNoted<Attributes extends object>(
  primitive: Primitive<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
  numbers?: () => readonly number[],
): Tensor {
  // What a compiled function computes is noted by its own recording.
  if (activeRecorder()) return execute(primitive, inputs, attributes, numbers);
  const same = numbers?.();
  const [output] = noted(inputs, (given) => [execute(primitive, given, attributes, same && (() => same))]);
  return output as Tensor;
}
