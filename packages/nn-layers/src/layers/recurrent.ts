import { ConfigError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { type CellWeights, elman, gatedUnit, longShortTermMemory, type Recurrence } from '../functional/recurrence.ts';
import { Recurrent, type RecurrentInputs, type RecurrentOptions } from './recurrent-layer.ts';

/**
 * A recurrent network, h′ = tanh(W_ih x + b_ih + W_hh h + b_hh) at each time step; `torch.nn.RNN`. Elman 1990, Finding
 * structure in time.
 *
 * Input `[T, N, in]` to outputs `[T, N, directions · H]` and final states `[layers · directions, N, H]`, see `forward`.
 * Parameters of layer k: `weight_ih_lk [H, in]`, `weight_hh_lk [H, H]`, `bias_ih_lk`, `bias_hh_lk`, with `_reverse` behind
 * them for the second direction; all start as U(−1/√H, 1/√H).
 *
 * ```ts
 * const sums = new RNN(1, 1, { nonlinearity: 'relu', bias: false });
 * for (const weight of sums.parameters()) init.ones_(weight);
 * const [output, last] = sums.call(tensor([[1], [2], [3]]));
 * console.log(await output.tolist(), await last.tolist()); // prints [ [ 1 ], [ 3 ], [ 6 ] ] [ [ 6 ] ]
 * ```
 *
 * @param options.nonlinearity `tanh` (default) or `relu`
 * @throws ConfigError for sizes that are not positive, a probability outside [0, 1], or another nonlinearity
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
 * Long short-term memory; `torch.nn.LSTM`. Hochreiter and Schmidhuber 1997, Long short-term memory; the forget gate: Gers,
 * Schmidhuber and Cummins 1999; the projection: Sak, Senior and Beaufays 2014.
 *
 * i, f, g, o = W_ih x + b_ih + W_hh h + b_hh; c′ = σ(f) · c + σ(i) · tanh(g); h′ = σ(o) · tanh(c′). Parameters as in `RNN`
 * with the four gates below one another, `weight_ih_lk [4H, in]`; with `projSize` also `weight_hr_lk [projSize, H]`, by
 * which every h′ is multiplied. All start as U(−1/√H, 1/√H). Shapes as in `RNN`, see `forward`.
 *
 * ```ts
 * const lstm = new LSTM(1, 1);
 * for (const parameter of lstm.parameters()) init.zeros_(parameter);
 * // Every gate is σ(0) = ½: each step halves the cell, three of one sequence and one of the other.
 * const [output, [h, c]] = lstm.call(zeros([3, 2, 1]), [zeros([1, 2, 1]), tensor([[[8], [8]]])], { lengths: [3, 1] });
 * console.log(await c.tolist()); // prints [ [ [ 1 ], [ 4 ] ] ]
 * ```
 *
 * @param options.projSize features of h after the projection (default 0: there is none)
 * @throws ConfigError unless `projSize` is below the hidden size, and as `RNN`
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
 * Gated recurrent units; `torch.nn.GRU`. Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, with
 * the reset after the hidden product.
 *
 * r = σ(W_ir x + b_ir + W_hr h + b_hr); z the same with its own weights; n = tanh(W_in x + b_in + r · (W_hn h + b_hn));
 * h′ = (1 − z) · n + z · h. Parameters as in `RNN` with r, z, n below one another, `weight_ih_lk [3H, in]`; shapes and
 * errors as in `RNN`.
 *
 * ```ts
 * const gru = new GRU(1, 1);
 * for (const parameter of gru.parameters()) init.zeros_(parameter);
 * // Every gate is σ(0) = ½ and the candidate 0: each step halves the state.
 * const [output] = gru.call(zeros([3, 1]), tensor([[8]]));
 * console.log(await output.tolist()); // prints [ [ 4 ], [ 2 ], [ 1 ] ]
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
