import { ConfigError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { type CellWeights, elman, gatedUnit, longShortTermMemory, type Recurrence } from '../functional/recurrence.ts';
import { Recurrent, type RecurrentInputs, type RecurrentOptions } from './recurrent-layer.ts';

/**
 * A recurrent network, h′ = tanh(W_ih x + b_ih + W_hh h + b_hh) at each time step; `torch.nn.RNN`. Elman 1990.
 *
 * Parameters of layer k: `weight_ih_lk [H, in]`, `weight_hh_lk [H, H]`, `bias_ih_lk`, `bias_hh_lk`, with `_reverse` behind
 * them for the second direction; all start as U(−1/√H, 1/√H).
 *
 * ```ts
 * const [output, last] = new RNN(3, 8, { batchFirst: true }).call(input); // [N, T, 3] to [N, T, 8] and [1, N, 8]
 * ```
 */
export class RNN extends Recurrent {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions & { nonlinearity?: 'tanh' | 'relu' } = {},
  ) {
    super(inputSize, hiddenSize, { ...options, gates: 1 });
    this.nonlinearity = nonlinearityOf(options.nonlinearity);
  }

  /**
   * @param input `[T, N, in]`, `[N, T, in]` with `batchFirst`, or `[T, in]` without a batch
   * @param hx `[layers · directions, N, H]`, default zeros
   * @returns outputs `[T, N, directions · H]` and final states `[layers · directions, N, H]`
   * @throws ShapeError when input, state or lengths do not fit
   */
  override forward(input: Tensor, hx?: Tensor, inputs: RecurrentInputs = {}): [output: Tensor, state: Tensor] {
    const { output, states } = this.run(input, hx && [hx], [this.hiddenSize], inputs);
    return [output, states[0] as Tensor];
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return elman(weights, this.nonlinearity);
  }
}

/**
 * Long short-term memory; `torch.nn.LSTM`. Hochreiter and Schmidhuber 1997.
 *
 * i, f, g, o = W_ih x + b_ih + W_hh h + b_hh; c′ = σ(f) · c + σ(i) · tanh(g); h′ = σ(o) · tanh(c′). Parameters as in `RNN`
 * with the four gates below one another, `weight_ih_lk [4H, in]`; with `projSize` also `weight_hr_lk [projSize, H]`, by
 * which every h′ is multiplied. All start as U(−1/√H, 1/√H).
 *
 * ```ts
 * const [output, [h, c]] = new LSTM(3, 8).call(input, undefined, { lengths: [5, 2] }); // input [5, 2, 3]
 * ```
 *
 * @throws ConfigError unless `projSize` (default 0: none) is below the hidden size
 */
export class LSTM extends Recurrent {
  readonly projSize: number;

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions & { projSize?: number } = {}) {
    const { projSize = 0 } = options;
    if (!(Number.isInteger(projSize) && projSize >= 0 && projSize < hiddenSize)) {
      throw new ConfigError('the projection is no smaller size', {
        doing: 'making an LSTM',
        got: `projSize ${projSize}, hidden size ${hiddenSize}`,
        expected: 'a whole number from 0 (no projection) to below the hidden size',
      });
    }
    super(inputSize, hiddenSize, { ...options, gates: 4 });
    this.projSize = projSize;
  }

  /**
   * @param input as in `RNN`
   * @param hx hidden and cell states, `[layers · directions, N, projSize or H]` and `[layers · directions, N, H]`
   * @returns outputs and the final hidden and cell states
   */
  override forward(
    input: Tensor,
    hx?: readonly [h: Tensor, c: Tensor],
    inputs: RecurrentInputs = {},
  ): [output: Tensor, state: [h: Tensor, c: Tensor]] {
    const { output, states } = this.run(input, hx, [this.outputSize, this.hiddenSize], inputs);
    return [output, states as [Tensor, Tensor]];
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return longShortTermMemory(weights);
  }
}

/**
 * Gated recurrent units; `torch.nn.GRU`. Cho et al. 2014.
 *
 * r = σ(W_ir x + b_ir + W_hr h + b_hr); z the same with its own weights; n = tanh(W_in x + b_in + r · (W_hn h + b_hn));
 * h′ = (1 − z) · n + z · h. Parameters as in `RNN` with r, z, n below one another, `weight_ih_lk [3H, in]`.
 *
 * ```ts
 * const [output, last] = new GRU(3, 8, { bidirectional: true }).call(input); // [T, N, 3] to [T, N, 16], [2, N, 8]
 * ```
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, { ...options, gates: 3 });
  }

  /** Input, state and results as in `RNN`. */
  override forward(input: Tensor, hx?: Tensor, inputs: RecurrentInputs = {}): [output: Tensor, state: Tensor] {
    const { output, states } = this.run(input, hx && [hx], [this.hiddenSize], inputs);
    return [output, states[0] as Tensor];
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return gatedUnit(weights);
  }
}

/** Refuses a nonlinearity that is neither `tanh` (the default) nor `relu`. */
export function nonlinearityOf(nonlinearity: 'tanh' | 'relu' = 'tanh'): 'tanh' | 'relu' {
  if (nonlinearity === 'tanh' || nonlinearity === 'relu') return nonlinearity;
  throw new ConfigError('no such nonlinearity of a recurrent layer', {
    got: `'${nonlinearity}'`,
    expected: "'tanh' or 'relu'",
  });
}
