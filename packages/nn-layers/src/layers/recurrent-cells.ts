import { ShapeError } from '@evenkeel/errors';
import { Parameter, scope, type Tensor, zeros } from '@evenkeel/tensor';
import { type CellWeights, elman, gatedUnit, longShortTermMemory, type Recurrence } from '../functional/recurrence.ts';
import { uniform_ } from '../init/random.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { nonlinearityOf } from './recurrent.ts';

export interface RecurrentCellOptions {
  /** Whether the sums have biases (default true). */
  bias?: boolean;
}

/** What the three cells have in common: parameters, their start, and one step with or without a batch. */
abstract class RecurrentCell extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | undefined;
  bias_hh: Parameter | undefined;

  protected abstract recurrence(weights: CellWeights): Recurrence;

  protected constructor(inputSize: number, hiddenSize: number, gates: number, options: RecurrentCellOptions) {
    super();
    checkSizes(this.constructor.name, { inputSize, hiddenSize });
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.weight_ih = new Parameter(zeros([gates * hiddenSize, inputSize]));
    this.weight_hh = new Parameter(zeros([gates * hiddenSize, hiddenSize]));
    if (options.bias ?? true) {
      this.bias_ih = new Parameter(zeros([gates * hiddenSize]));
      this.bias_hh = new Parameter(zeros([gates * hiddenSize]));
    }
    this.resetParameters();
  }

  /** Draws every parameter anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, { low: -bound, high: bound });
  }

  protected step(input: Tensor, given: readonly Tensor[] | undefined, count: number): Tensor[] {
    const shape = [...input.shape.slice(0, -1), this.hiddenSize];
    const state = given ?? Array.from({ length: count }, () => zeros(shape, { dtype: input.dtype }));
    const fits =
      (input.ndim === 1 || input.ndim === 2) &&
      input.shape.at(-1) === this.inputSize &&
      state.every((part) => part.shape.join() === shape.join());
    if (!fits) {
      throw new ShapeError('input and state do not fit the cell', {
        op: this.constructor.name,
        got: `input [${input.shape.join(', ')}], state ${state.map((part) => `[${part.shape.join(', ')}]`).join(', ')}`,
        expected: `[N, ${this.inputSize}] and [N, ${this.hiddenSize}], or both without N`,
      });
    }
    return scope(() => {
      const recurrence = this.recurrence({
        weightIh: this.weight_ih,
        weightHh: this.weight_hh,
        biasIh: this.bias_ih,
        biasHh: this.bias_hh,
      });
      return recurrence.step(recurrence.project(input), state, recurrence.weights);
    });
  }
}

/**
 * One step of an RNN, tanh(W_ih x + b_ih + W_hh h + b_hh); `torch.nn.RNNCell`. Elman 1990, Finding structure in time.
 *
 * Input `[N, in]` and state `[N, H]` to the next state `[N, H]`, or all without N.
 * `weight_ih [H, in]`, `weight_hh [H, H]`, `bias_ih [H]`, `bias_hh [H]` start as U(−1/√H, 1/√H).
 *
 * ```ts
 * const sum = new RNNCell(1, 1, { nonlinearity: 'relu', bias: false });
 * for (const weight of sum.parameters()) init.ones_(weight);
 * console.log(await sum.call(tensor([2]), tensor([3])).tolist()); // prints [ 5 ]
 * ```
 *
 * @param options.nonlinearity `tanh` (default) or `relu`
 * @throws ConfigError for sizes that are not positive, or another nonlinearity
 * @throws ShapeError at the call when input and state do not fit
 */
export class RNNCell extends RecurrentCell {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentCellOptions & { nonlinearity?: 'tanh' | 'relu' } = {},
  ) {
    super(inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearityOf(options.nonlinearity);
  }

  /** @param hx `[N, H]`, default zeros */
  override forward(input: Tensor, hx?: Tensor): Tensor {
    return this.step(input, hx && [hx], 1)[0] as Tensor;
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return elman(weights, this.nonlinearity);
  }
}

/**
 * One step of an LSTM; `torch.nn.LSTMCell`. Formula, source and gates as of `LSTM`, parameters as of `RNNCell` with 4H rows.
 *
 * Input `[N, in]` and states `[N, H]` to the next hidden and cell state `[N, H]`, or all without N.
 *
 * ```ts
 * const cell = new LSTMCell(1, 1);
 * for (const parameter of cell.parameters()) init.zeros_(parameter);
 * // Every gate is σ(0) = ½, and nothing is added.
 * const [h, c] = cell.call(zeros([1]), [zeros([1]), tensor([8])]);
 * console.log(await c.tolist()); // prints [ 4 ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when input and states do not fit
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, 4, options);
  }

  /** @param hx hidden and cell state, each `[N, H]`, default zeros */
  override forward(input: Tensor, hx?: readonly [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    return this.step(input, hx, 2) as [Tensor, Tensor];
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return longShortTermMemory(weights);
  }
}

/**
 * One step of a GRU; `torch.nn.GRUCell`. Formula, source and gates as of `GRU`, parameters as of `RNNCell` with 3H rows.
 *
 * Input `[N, in]` and state `[N, H]` to the next state `[N, H]`, or all without N.
 *
 * ```ts
 * const cell = new GRUCell(1, 1);
 * for (const parameter of cell.parameters()) init.zeros_(parameter);
 * // Every gate is σ(0) = ½, and the candidate 0.
 * console.log(await cell.call(zeros([1]), tensor([8])).tolist()); // prints [ 4 ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when input and state do not fit
 */
export class GRUCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, 3, options);
  }

  /** @param hx `[N, H]`, default zeros */
  override forward(input: Tensor, hx?: Tensor): Tensor {
    return this.step(input, hx && [hx], 1)[0] as Tensor;
  }

  protected override recurrence(weights: CellWeights): Recurrence {
    return gatedUnit(weights);
  }
}
