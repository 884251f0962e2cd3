import { Dropout, Embedding, Linear, LSTM, Module } from '@evenkeel/nn-layers';
import { cat, scope, type Tensor } from '@evenkeel/tensor';

export interface LSTMClassifierOptions {
  /** Features of each token (default 128). */
  embeddingDim?: number;
  /** Features of the state (default 128). */
  hiddenSize?: number;
  /** Default 1. */
  numLayers?: number;
  /** Whether the sequence is read backwards too (default false). */
  bidirectional?: boolean;
  /** Between layers and before the head (default 0). */
  dropout?: number;
}

export interface LSTMClassifierInputs {
  /** How long each sequence is; what comes after is padding (default: all of it). */
  lengths?: readonly number[] | Tensor;
}

/**
 * Reads a sequence of tokens by an LSTM and sorts it into a class by a linear head on the last layer's final state.
 *
 * Input int32 `[N, T]`, output logits `[N, classes]`. Hochreiter and Schmidhuber 1997.
 * Parameters: `embedding`, `lstm`, `fc`.
 *
 * ```ts
 * const model = new LSTMClassifier(100, 2, { hiddenSize: 16, bidirectional: true });
 * console.log(model.call(randint(0, 100, [3, 12]), { lengths: [12, 7, 4] }).shape); // prints [ 3, 2 ]
 * ```
 */
export class LSTMClassifier extends Module {
  embedding: Embedding;
  lstm: LSTM;
  dropout: Dropout;
  fc: Linear;

  constructor(vocabularySize: number, classes: number, options: LSTMClassifierOptions = {}) {
    super();
    const { embeddingDim = 128, hiddenSize = 128, numLayers = 1, bidirectional = false, dropout = 0 } = options;
    this.embedding = new Embedding(vocabularySize, embeddingDim);
    this.lstm = new LSTM(embeddingDim, hiddenSize, { numLayers, bidirectional, dropout, batchFirst: true });
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(bidirectional ? 2 * hiddenSize : hiddenSize, classes);
  }

  override forward(tokens: Tensor, { lengths }: LSTMClassifierInputs = {}): Tensor {
    return scope(() => {
      const [, [h]] = this.lstm.call(this.embedding.call(tokens), undefined, { lengths });
      const last = this.lstm.bidirectional ? cat([h.select(0, -2), h.select(0, -1)], 1) : h.select(0, -1);
      return this.fc.call(this.dropout.call(last));
    });
  }
}
