import { ConfigError } from '@evenkeel/errors';
import { Dropout, Embedding, init, Linear, LSTM, Module } from '@evenkeel/nn-layers';
import { noGrad, scope, type Tensor, tensor } from '@evenkeel/tensor';
import type { GPTGenerateOptions } from '../gpt.ts';
import { inEvaluation } from '../in-evaluation.ts';
import { sampleTokens } from '../sampling.ts';
import { untilEnd } from '../until-end.ts';

export interface LSTMLanguageModelOptions {
  /** Features of each token (default 200). */
  embeddingDim?: number;
  /** Features of the state (default 200). */
  hiddenSize?: number;
  /** Default 2. */
  numLayers?: number;
  /** After the embedding, between layers and before the head (default 0.2). */
  dropout?: number;
  /** Whether the head's matrix is the embedding's; needs `embeddingDim` = `hiddenSize` (default false). */
  tieWeights?: boolean;
}

/** Hidden and cell states, `[layers, N, hiddenSize]` each. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/**
 * A language model that reads token after token and carries its state along.
 *
 * Zaremba et al. 2014, Recurrent neural network regularization; names, sizes and start (embedding and head uniform in
 * ±0.1) are those of PyTorch's word language model example. Parameters: `encoder`, `rnn`, `decoder`.
 *
 * To train on a long text piece by piece, hand the state of one piece, cut off, to the next:
 * `[logits, state] = model.call(piece, detachState(state))`.
 *
 * @throws ConfigError for tied weights of different sizes
 *
 * ```ts
 * const model = new LSTMLanguageModel(50, { embeddingDim: 16, hiddenSize: 16 });
 * const [logits] = model.call(randint(0, 50, [2, 8]));
 * console.log(logits.shape); // prints [ 2, 8, 50 ]
 * ```
 */
export class LSTMLanguageModel extends Module {
  drop: Dropout;
  encoder: Embedding;
  rnn: LSTM;
  decoder: Linear;

  constructor(vocabularySize: number, options: LSTMLanguageModelOptions = {}) {
    super();
    const { embeddingDim = 200, hiddenSize = 200, numLayers = 2, dropout = 0.2, tieWeights = false } = options;
    if (tieWeights && embeddingDim !== hiddenSize) {
      throw new ConfigError('tied weights need one size', {
        doing: 'making an LSTMLanguageModel',
        got: `embeddingDim ${embeddingDim}, hiddenSize ${hiddenSize}`,
      });
    }
    this.drop = new Dropout(dropout);
    this.encoder = new Embedding(vocabularySize, embeddingDim);
    this.rnn = new LSTM(embeddingDim, hiddenSize, { numLayers, dropout, batchFirst: true });
    this.decoder = new Linear(hiddenSize, vocabularySize);
    if (tieWeights) this.decoder.weight = this.encoder.weight;
    for (const weight of [this.encoder.weight, this.decoder.weight]) init.uniform_(weight, { low: -0.1, high: 0.1 });
    if (this.decoder.bias) init.zeros_(this.decoder.bias);
  }

  /**
   * @param tokens int32 `[N, T]`
   * @param state what an earlier call returned (default zeros)
   * @returns logits `[N, T, vocabulary]` of the token after each, and the state after the last
   */
  override forward(tokens: Tensor, state?: LSTMState): [logits: Tensor, state: LSTMState] {
    return scope(() => {
      const [output, next] = this.read(tokens, state);
      return [this.decoder.call(this.drop.call(output)), next];
    });
  }

  /**
   * Continues each prompt, drawing one token at a time; in evaluation mode, whatever mode the model is in.
   *
   * @param prompts token ids, all of one length, at least one each
   * @returns the new tokens of each, without the end token
   */
  async generate(prompts: readonly (readonly number[])[], options: GPTGenerateOptions): Promise<number[][]> {
    const { maxNewTokens, endToken } = options;
    const length = prompts[0]?.length ?? 0;
    if (length === 0 || prompts.some((prompt) => prompt.length !== length)) {
      throw new ConfigError('the prompts are empty or differ in length', {
        op: 'LSTMLanguageModel.generate',
        got: `lengths ${prompts.map((prompt) => prompt.length).join(', ')}`,
        expected: 'at least one token each, the same number in all',
      });
    }
    return inEvaluation(this, async () => {
      const made: number[][] = prompts.map(() => []);
      let unread = prompts.map((prompt) => [...prompt]);
      let state: LSTMState | undefined;
      const isOver = (tokens: number[]): boolean => endToken !== undefined && tokens.includes(endToken);
      for (let count = 0; count < maxNewTokens && !made.every(isOver); count++) {
        const before = state;
        const [logits, after] = noGrad(() => {
          const [output, next] = this.read(tensor(unread, { dtype: 'int32' }), before);
          return [this.decoder.call(output.select(1, -1)), next] as const;
        });
        release(before);
        state = after;
        const drawn = await sampleTokens(logits, options);
        logits.release();
        unread = drawn.map((token) => [token]);
        for (const [row, token] of drawn.entries()) made[row]?.push(token);
      }
      release(state);
      return made.map((tokens) => untilEnd(tokens, endToken));
    });
  }

  private read(tokens: Tensor, state: LSTMState | undefined): [output: Tensor, state: LSTMState] {
    return this.rnn.call(this.drop.call(this.encoder.call(tokens)), state);
  }
}

/** A state cut off from the computation that made it, so that the next piece of text is a computation of its own. */
export function detachState(state: LSTMState | undefined): LSTMState | undefined {
  return state && [state[0].detach(), state[1].detach()];
}

function release(state: LSTMState | undefined): void {
  for (const tensor of state ?? []) tensor.release();
}
