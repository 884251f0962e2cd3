import { isFloat } from '@evenkeel/backend';
import type { GradientContext, Operations, Primitive, Spec } from '@evenkeel/compiler';
import { EvenKeelError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';
import { isGradEnabled } from './mode.ts';

/** Whether a gradient may be asked for through an operation. */
export function isDifferentiated({ dtype }: Tensor, inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && isFloat(dtype) && inputs.some(({ requiresGrad }) => requiresGrad);
}

let made = 0;

/** How many nodes there are: those that are made from here on have this order or a higher one. */
export function nodesMade(): number {
  return made;
}

/** One recorded step of a computation: how cotangents of its outputs become cotangents of its inputs. */
export abstract class GradientNode {
  /** In the order of recording, which is an order in which everything comes after what it needs. */
  readonly order = made++;
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What the gradient will read; undefined once that was let go. */
  saved: readonly Tensor[] | undefined;

  protected constructor(name: string, inputs: readonly Tensor[], outputs: readonly Tensor[], saved: readonly Tensor[]) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.saved = saved;
    for (const tensor of saved) tensor.lifetime?.save();
    for (const output of outputs) {
      output.requiresGrad = true;
      output.node = this;
      if (output.lifetime) output.lifetime.recorded = true;
    }
  }

  /** Cotangents of the inputs, undefined where nothing flows. */
  abstract pull(cotangents: readonly (Tensor | undefined)[], ops: Operations<Tensor>): readonly (Tensor | undefined)[];

  get released(): boolean {
    return this.saved === undefined;
  }

  /** Lets go of the values that the gradient would have read. */
  release(): void {
    for (const tensor of this.saved ?? []) tensor.lifetime?.unsave();
    this.saved = undefined;
  }

  expectUnreleased(): void {
    if (!this.released) return;
    throw new EvenKeelError('the computation was already differentiated and let go', {
      op: this.name,
      remedy: 'call backward({ retainGraph: true }) the first time, or compute the loss again',
    });
  }
}

/** A primitive that was applied. */
export class OperationNode<Attributes> extends GradientNode {
  readonly #primitive: Primitive<Attributes>;
  readonly #attributes: Attributes;

  constructor(primitive: Primitive<Attributes>, inputs: readonly Tensor[], output: Tensor, attributes: Attributes) {
    const saved = primitive.saves.flatMap((what) => (what === 'output' ? output : (inputs[what] ?? [])));
    super(primitive.name, inputs, [output], saved);
    this.#primitive = primitive;
    this.#attributes = attributes;
  }

  pull([gradient]: readonly (Tensor | undefined)[], ops: Operations<Tensor>): readonly (Tensor | undefined)[] {
    const context = {
      ops,
      inputs: this.inputs,
      output: this.outputs[0] as Tensor,
      gradient: gradient as Tensor,
      attributes: this.#attributes,
    } satisfies GradientContext<Tensor & Spec, Attributes>;
    return this.inputs.map((input, i) => (input.requiresGrad ? this.#primitive.gradient?.(context, i) : undefined));
  }
}
