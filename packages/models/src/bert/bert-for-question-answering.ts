import { crossEntropy, Linear, Module } from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';
import { BERT, type BERTInputs, type BERTOptions, startAsBERT } from './bert.ts';

/** Where an answer may begin and end. */
export interface SpanLogits {
  /** Logits `[N, T]` of each position to be the first of the answer. */
  start: Tensor;
  /** Logits `[N, T]` of each position to be the last of the answer. */
  end: Tensor;
}

/**
 * BERT that marks the answer to a question in a text: for each token how likely the answer starts and ends there.
 *
 * Input int32 `[N, T]` with question and text as two segments; outputs `start` and `end`, `[N, T]` each. Train with
 * `spanLoss`, read with `bestSpans`. Devlin et al. 2019, section 4.2. Parameters: `bert.*`, `qa_outputs`.
 *
 * ```ts
 * const model = new BERTForQuestionAnswering(100, { dModel: 32, nhead: 4, numLayers: 2 });
 * const tokens = tensor([[5, 6, 2, 7, 8, 9]], { dtype: 'int32' });
 * const segments = tensor([[0, 0, 0, 1, 1, 1]], { dtype: 'int32' });
 * const [span] = await bestSpans(model.call(tokens, { segments }), { allowed: (_, position) => position >= 3 });
 * console.log(span.start >= 3 && span.end >= span.start); // prints true
 * ```
 */
export class BERTForQuestionAnswering extends Module {
  bert: BERT;
  qa_outputs: Linear;

  constructor(vocabularySize: number, options: BERTOptions = {}) {
    super();
    this.bert = new BERT(vocabularySize, { ...options, pooling: false });
    this.qa_outputs = new Linear(this.bert.dModel, 2);
    startAsBERT(this.qa_outputs);
  }

  override forward(tokens: Tensor, inputs: BERTInputs = {}): SpanLogits {
    return scope(() => {
      const logits = this.qa_outputs.call(this.bert.call(tokens, inputs));
      return { start: logits.select(2, 0), end: logits.select(2, 1) };
    });
  }
}

/**
 * The mean of the cross-entropies of start and end.
 *
 * @param start int32 `[N]`: the first position of each answer
 * @param end int32 `[N]`: its last position
 */
export function spanLoss(logits: SpanLogits, start: Tensor, end: Tensor): Tensor {
  return scope(() => crossEntropy(logits.start, start).add(crossEntropy(logits.end, end)).mul(0.5));
}

export interface BestSpansOptions {
  /** The most tokens in an answer (default 30). */
  maxLength?: number;
  /** For each sequence, whether a position may be in the answer: usually those of the text (default all). */
  allowed?: (row: number, position: number) => boolean;
}

/** An answer: its first and last position, and the sum of their logits. */
export interface Span {
  start: number;
  end: number;
  score: number;
}

/** For each sequence the span start ≤ end with the largest sum of logits; undefined where no position is allowed. */
export async function bestSpans(logits: SpanLogits, options: BestSpansOptions = {}): Promise<(Span | undefined)[]> {
  const { maxLength = 30, allowed = () => true } = options;
  const [rows = 0, length = 0] = logits.start.shape;
  const [starts, ends] = await Promise.all([logits.start.data(), logits.end.data()]);
  return Array.from({ length: rows }, (_, row) => {
    let best: Span | undefined;
    for (let start = 0; start < length; start++) {
      for (let end = start; end < Math.min(length, start + maxLength); end++) {
        // An answer does not reach over what is not allowed.
        if (!allowed(row, end)) break;
        const score = Number(starts[row * length + start]) + Number(ends[row * length + end]);
        if (!best || score > best.score) best = { start, end, score };
      }
    }
    return best;
  });
}
