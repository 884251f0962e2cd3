import { cat, chunk, recurrence as repeat, scope, type Tensor, where } from '@evenkeel/tensor';
import { linear } from './linear.ts';

/** What a recurrent cell holds, by PyTorch's names; gates one below the other. */
export interface CellWeights {
  /** `[gates · hidden, input]` */
  weightIh: Tensor;
  /** `[gates · hidden, output]` */
  weightHh: Tensor;
  /** `[gates · hidden]` */
  biasIh?: Tensor;
  biasHh?: Tensor;
  /** `[projection, hidden]`, of an LSTM whose output is projected. */
  weightHr?: Tensor;
}

/** A cell's formula in two parts: what all time steps do at once, and what one does after the other. */
export interface Recurrence {
  /** The part that needs no state, for inputs of any leading shape: `[..., input]` to `[..., gates · hidden]`. */
  project(input: Tensor): Tensor;
  /** The weights of a step. */
  readonly weights: readonly Tensor[];
  /** The next state; its first tensor is the output. */
  step(projected: Tensor, state: readonly Tensor[], weights: readonly Tensor[]): Tensor[];
}

/** h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu; Elman 1990, Finding structure in time. */
export function elman(weights: CellWeights, nonlinearity: 'tanh' | 'relu'): Recurrence {
  return {
    project: (input) => linear(input, weights.weightIh, sumOfBiases(weights)),
    weights: [weights.weightHh],
    step: (projected, [h], [hidden]) => {
      const sum = projected.add(linear(h as Tensor, hidden as Tensor));
      return [nonlinearity === 'tanh' ? sum.tanh() : sum.relu()];
    },
  };
}

/**
 * i, f, g, o = W_ih x + b_ih + W_hh h + b_hh; c′ = σ(f) · c + σ(i) · tanh(g); h′ = σ(o) · tanh(c′), projected by W_hr
 * where there is one. Hochreiter and Schmidhuber 1997; Gers et al. 1999; the projection: Sak et al. 2014.
 */
export function longShortTermMemory(weights: CellWeights): Recurrence {
  const { weightHh, weightHr } = weights;
  return {
    project: (input) => linear(input, weights.weightIh, sumOfBiases(weights)),
    weights: weightHr ? [weightHh, weightHr] : [weightHh],
    step: (projected, [h, c], [hidden, projection]) => {
      const sum = projected.add(linear(h as Tensor, hidden as Tensor));
      const gates = chunk(sum, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const [input, forget, candidate, output] = gates;
      const cell = forget
        .sigmoid()
        .mul(c as Tensor)
        .add(input.sigmoid().mul(candidate.tanh()));
      const next = output.sigmoid().mul(cell.tanh());
      return [projection ? linear(next, projection) : next, cell];
    },
  };
}

/**
 * r, z from σ(W_ih x + b_ih + W_hh h + b_hh); n = tanh(W_in x + b_in + r · (W_hn h + b_hn)); h′ = (1 − z) · n + z · h.
 * Cho et al. 2014, with the reset after the hidden product, as PyTorch and cuDNN have it.
 */
export function gatedUnit(weights: CellWeights): Recurrence {
  const { weightHh, biasHh } = weights;
  return {
    project: (input) => linear(input, weights.weightIh, weights.biasIh),
    weights: biasHh ? [weightHh, biasHh] : [weightHh],
    step: (projected, [h], [hidden, bias]) => {
      const before = h as Tensor;
      const recurrent = linear(before, hidden as Tensor, bias);
      const size = before.shape.at(-1) as number;
      const gates = projected
        .narrow(-1, 0, 2 * size)
        .add(recurrent.narrow(-1, 0, 2 * size))
        .sigmoid();
      const [reset, update] = chunk(gates, 2, -1) as [Tensor, Tensor];
      const fresh = projected.narrow(-1, 2 * size, size).add(reset.mul(recurrent.narrow(-1, 2 * size, size)));
      const candidate = fresh.tanh();
      return [candidate.add(update.mul(before.sub(candidate)))];
    },
  };
}

function sumOfBiases({ biasIh, biasHh }: CellWeights): Tensor | undefined {
  return biasIh && biasHh ? biasIh.add(biasHh) : biasIh;
}

export interface SweepOptions {
  /** From the last time step to the first (default false). */
  reverse?: boolean;
  /** `[T, N, 1]`, bool: false where a sequence is over; the state stands still there and the output is 0. */
  within?: Tensor;
}

/**
 * Runs a recurrence over time, as one loop on the device.
 *
 * @param input `[T, N, input]`
 * @param initial the state before the first step, each `[N, size]`
 * @returns the outputs `[T, N, size]`, and the state after the last step
 */
export function sweep(
  recurrence: Recurrence,
  input: Tensor,
  initial: readonly Tensor[],
  { reverse = false, within }: SweepOptions = {},
): { output: Tensor; state: readonly Tensor[] } {
  return scope(() => {
    const projected = recurrence.project(input);
    const { carry, outputs } = repeat(
      (before, [now, isInside], weights) => {
        const made = recurrence.step(now as Tensor, before, weights);
        // Under autocast a product gives float16, and the state stays what it was.
        const next = made.map((part, index) => part.to((before[index] as Tensor).dtype));
        const after = isInside ? next.map((part, index) => where(isInside, part, before[index] as Tensor)) : next;
        return { carry: after, outputs: [after[0] as Tensor] };
      },
      { carry: initial, sequences: within ? [projected, within] : [projected], shared: recurrence.weights, reverse },
    );
    const [output] = outputs as [Tensor];
    return { output: within ? where(within, output, 0) : output, state: carry };
  });
}

/** Forward and backward outputs side by side. */
export function joinDirections(outputs: readonly Tensor[]): Tensor {
  return outputs.length === 1 ? (outputs[0] as Tensor) : cat(outputs, -1);
}
