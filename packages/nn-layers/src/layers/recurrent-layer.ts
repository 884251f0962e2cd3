import { ShapeError } from '@evenkeel/errors';
import { arange, hostGuard, Parameter, scope, stack, Tensor, tensor, where, zeros } from '@evenkeel/tensor';
import { dropout } from '../functional/dropout.ts';
import { type CellWeights, joinDirections, type Recurrence, sweep } from '../functional/recurrence.ts';
import { uniform_ } from '../init/random.ts';
import { Module } from '../module/module.ts';
import { checkProbability, checkSizes } from '../module/size-check.ts';

export interface RecurrentOptions {
  /** How many layers stand on one another (default 1). */
  numLayers?: number;
  /** Whether the sums have biases (default true). */
  bias?: boolean;
  /** Input and output are `[N, T, features]` instead of `[T, N, features]` (default false); states are not touched. */
  batchFirst?: boolean;
  /** Probability of an output to be dropped between two layers in training (default 0). */
  dropout?: number;
  /** Whether a second cell of each layer runs backwards, its output beside the first's (default false). */
  bidirectional?: boolean;
}

export interface RecurrentInputs {
  /**
   * How long each sequence of the batch is, from 0 to T; `[N]`. What comes after is not seen: outputs there are 0, final
   * states are those at each sequence's end, and the reverse direction starts there. The results of PyTorch's packed
   * sequences, for sequences in any order. Lengths in a tensor (int32) are not checked against T.
   */
  lengths?: readonly number[] | Tensor;
}

/** What RNN, LSTM and GRU have in common: layers, directions, lengths, and PyTorch's names of the parameters. */
export abstract class Recurrent extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  dropout: number;
  /** Features of the output in one direction. */
  protected readonly outputSize: number;

  /** The recurrence of one layer in one direction. */
  protected abstract recurrence(weights: CellWeights): Recurrence;

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions & { gates: number; projSize?: number },
  ) {
    super();
    const { numLayers = 1, gates, projSize = 0 } = options;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = options.bias ?? true;
    this.batchFirst = options.batchFirst ?? false;
    this.bidirectional = options.bidirectional ?? false;
    this.dropout = options.dropout ?? 0;
    this.outputSize = projSize || hiddenSize;
    checkSizes(this.constructor.name, { inputSize, hiddenSize, numLayers });
    checkProbability(this.constructor.name, this.dropout);
    const add = (name: string, shape: number[]): unknown =>
      Object.assign(this, { [name]: new Parameter(zeros(shape)) });
    for (const [suffix, layer] of this.suffixes()) {
      const features = layer === 0 ? inputSize : this.outputSize * this.directions;
      add(`weight_ih${suffix}`, [gates * hiddenSize, features]);
      add(`weight_hh${suffix}`, [gates * hiddenSize, this.outputSize]);
      if (this.bias) {
        add(`bias_ih${suffix}`, [gates * hiddenSize]);
        add(`bias_hh${suffix}`, [gates * hiddenSize]);
      }
      if (projSize > 0) add(`weight_hr${suffix}`, [projSize, hiddenSize]);
    }
    this.resetParameters();
  }

  /** Draws every parameter anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, { low: -bound, high: bound });
  }

  /** Outputs of the last layer, and the final states of all layers and directions, `[numLayers · directions, N, size]`. */
  protected run(
    input: Tensor,
    given: readonly Tensor[] | undefined,
    stateSizes: readonly number[],
    { lengths }: RecurrentInputs,
  ): { output: Tensor; states: Tensor[] } {
    this.checkInput(input);
    return scope(() => {
      const batched = input.ndim === 3;
      const batch = batched ? (this.batchFirst ? 0 : 1) : undefined;
      const length = input.shape[batch === 0 ? 1 : 0] as number;
      const batchSize = batch === undefined ? 1 : (input.shape[batch] as number);
      const initial = this.initialStates(given, stateSizes, batched ? batchSize : undefined, input);
      const within = lengths && this.within(lengths, length, batchSize);

      let layer = batch === undefined ? input.unsqueeze(1) : batch === 0 ? input.transpose(0, 1) : input;
      // Not only the results: a NaN in the padding would come back in the gradients of the weights.
      if (within) layer = where(within, layer, 0);
      const finals: (readonly Tensor[])[] = [];
      for (let index = 0; index < this.numLayers; index++) {
        if (index > 0) layer = dropout(layer, { p: hostGuard(() => this.dropout), training: this.training });
        const outputs: Tensor[] = [];
        for (let direction = 0; direction < this.directions; direction++) {
          const recurrence = this.recurrence(this.weights(suffixOf(index, direction)));
          const start = initial.map((state) => state.select(0, index * this.directions + direction));
          const { output, state } = sweep(recurrence, layer, start, { reverse: direction === 1, within });
          outputs.push(output);
          finals.push(state);
        }
        layer = joinDirections(outputs);
      }
      const states = stateSizes.map((_, which) => stack(finals.map((state) => state[which] as Tensor)));
      if (batch === undefined) return { output: layer.squeeze(1), states: states.map((state) => state.squeeze(1)) };
      return { output: batch === 0 ? layer.transpose(0, 1) : layer, states };
    });
  }

  private get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  private suffixes(): [string, number][] {
    return Array.from({ length: this.numLayers * this.directions }, (_, index) => {
      const layer = Math.floor(index / this.directions);
      return [suffixOf(layer, index % this.directions), layer];
    });
  }

  private weights(suffix: string): CellWeights {
    const own = this as unknown as Record<string, Tensor | undefined>;
    return {
      weightIh: own[`weight_ih${suffix}`] as Tensor,
      weightHh: own[`weight_hh${suffix}`] as Tensor,
      biasIh: own[`bias_ih${suffix}`],
      biasHh: own[`bias_hh${suffix}`],
      weightHr: own[`weight_hr${suffix}`],
    };
  }

  private initialStates(
    given: readonly Tensor[] | undefined,
    sizes: readonly number[],
    batchSize: number | undefined,
    input: Tensor,
  ): Tensor[] {
    const count = this.numLayers * this.directions;
    return sizes.map((size, index) => {
      const shape = batchSize === undefined ? [count, size] : [count, batchSize, size];
      const state = given?.[index] ?? zeros(shape, { dtype: input.dtype });
      if (state.shape.join() !== shape.join()) {
        throw new ShapeError('the initial state does not fit the input', {
          op: this.constructor.name,
          got: `input [${input.shape.join(', ')}], initial state [${state.shape.join(', ')}]`,
          expected: `[${shape.join(', ')}]: layers times directions, batch, features`,
        });
      }
      return batchSize === undefined ? state.unsqueeze(1) : state;
    });
  }

  private within(lengths: readonly number[] | Tensor, length: number, batchSize: number): Tensor {
    const count = lengths instanceof Tensor ? lengths.size : lengths.length;
    const wrong = lengths instanceof Tensor ? undefined : lengths.find((each) => !(each >= 0 && each <= length));
    if (count !== batchSize || wrong !== undefined) {
      throw new ShapeError('the lengths do not fit the batch', {
        op: this.constructor.name,
        got: lengths instanceof Tensor ? `lengths [${lengths.shape.join(', ')}]` : `lengths ${lengths.join(', ')}`,
        expected: `${batchSize} lengths from 0 to ${length}`,
      });
    }
    const ends = lengths instanceof Tensor ? lengths : tensor([...lengths], { dtype: 'int32' });
    return arange(length)
      .unsqueeze(1)
      .lt(ends.reshape([1, batchSize]))
      .unsqueeze(-1);
  }

  private checkInput(input: Tensor): void {
    const sequence = input.shape[input.ndim === 3 && this.batchFirst ? 1 : 0] ?? 0;
    if ((input.ndim === 2 || input.ndim === 3) && input.shape.at(-1) === this.inputSize && sequence > 0) return;
    throw new ShapeError('the input does not fit the recurrent layer', {
      op: this.constructor.name,
      got: `input [${input.shape.join(', ')}]`,
      expected: `[${this.batchFirst ? 'N, T' : 'T, N'}, ${this.inputSize}] or [T, ${this.inputSize}], with at least one time step`,
    });
  }
}

function suffixOf(layer: number, direction: number): string {
  return `_l${layer}${direction === 1 ? '_reverse' : ''}`;
}
