import { ShapeError } from '@evenkeel/errors';
import { noGrad } from '../engine/scope.ts';
import type { Tensor } from '../tensor.ts';
import { GradientNode, isDifferentiated } from './node.ts';

/** Cotangents of the inputs from the cotangent of the output; undefined where nothing flows. */
export type CustomBackward = (
  cotangent: Tensor,
  context: { readonly inputs: readonly Tensor[]; readonly output: Tensor },
) => readonly (Tensor | undefined)[];

/**
 * A function whose gradient is given instead of derived, for what plain differentiation gets wrong.
 *
 * @param forward computes one tensor; what happens inside is not recorded
 * @param backward returns one cotangent per input; written in tensor operations, it can be differentiated again
 * @param ahead what `backward` too computes of the inputs alone: a compiled function computes it together with the output and keeps that,
 *   instead of what both are made of
 *
 * @example
 * const straightThrough = customGradient((x) => x.round(), (cotangent) => [cotangent]);
 */
export function customGradient(
  forward: (...inputs: Tensor[]) => Tensor,
  backward: CustomBackward,
  ahead?: (...inputs: Tensor[]) => Tensor,
): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    // Detached, so that a forward that returns its input gives a tensor of its own.
    const output = noGrad(() => forward(...inputs).detach());
    if (isDifferentiated(output, inputs)) {
      new CustomNode(inputs, output, backward);
      if (ahead && output.traced) {
        const { traced } = noGrad(() => ahead(...inputs));
        if (traced) traced.recorder.graph.ahead.add(traced.value);
      }
    }
    return output;
  };
}

class CustomNode extends GradientNode {
  readonly #backward: CustomBackward;

  constructor(inputs: readonly Tensor[], output: Tensor, backward: CustomBackward) {
    super('customGradient', inputs, [output], [...inputs, output]);
    this.#backward = backward;
  }

  pull([cotangent]: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
    const output = this.outputs[0] as Tensor;
    const parts = this.#backward(cotangent as Tensor, { inputs: this.inputs, output });
    if (parts.length !== this.inputs.length) {
      throw new ShapeError('a custom gradient must return one cotangent per input', {
        op: this.name,
        got: `${parts.length}`,
        expected: `${this.inputs.length}, undefined where nothing flows`,
      });
    }
    // A result may be a tensor that the caller holds; what flows on is given back, so it must be one of our own.
    return parts.map((part) => (part?.requiresGrad === false ? part.detach() : part));
  }
}
