import type { Module } from '@evenkeel/nn-layers';
import { stack, type Tensor } from '@evenkeel/tensor';
import type { Reading } from './contestant.ts';

/** A part of a network that is measured: what `output` gives, and the gradients of the parameters of `weights`. */
export interface MeasuredLayer {
  readonly output: Module;
  readonly weights: Module;
}

/** Measures each layer of a network while it trains; a part of the compiled step, so it costs a few sums. */
export class Scales {
  readonly #layers: readonly MeasuredLayer[];
  readonly #outputs: Tensor[] = [];

  constructor(layers: readonly MeasuredLayer[]) {
    this.#layers = layers;
    for (const [index, { output }] of layers.entries()) {
      output.registerForwardHook((_module, _inputs, value) => {
        this.#outputs[index] = rootMeanSquare((value as Tensor).detach());
      });
    }
  }

  /** The step's loss and scales in one tensor, so that one read brings them all. Call it after `backward()`. */
  together(loss: Tensor): Tensor {
    const gradients = this.#layers.map(({ weights }) => {
      const all = weights.parameters().flatMap(({ grad }) => (grad ? [grad] : []));
      const squares = all.map((gradient) => gradient.square().sum()).reduce((sum, next) => sum.add(next));
      return squares.div(all.reduce((count, { size }) => count + size, 0)).sqrt();
    });
    return stack([loss.detach(), ...this.#outputs, ...gradients]);
  }

  /** Takes apart what `together` put together. */
  reading([loss, ...scales]: ArrayLike<number> & Iterable<number>): Reading {
    const count = this.#layers.length;
    return { loss: loss as number, activations: scales.slice(0, count), gradients: scales.slice(count) };
  }
}

function rootMeanSquare(values: Tensor): Tensor {
  return values.square().mean().sqrt();
}
