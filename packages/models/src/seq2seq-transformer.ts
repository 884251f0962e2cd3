import {
  Embedding,
  init,
  Linear,
  Module,
  PositionalEncoding,
  Transformer,
  type TransformerActivation,
} from '@evenkeel/nn-layers';
import { noGrad, scope, type Tensor } from '@evenkeel/tensor';
import { atLast } from './at-last.ts';
import { decodeGreedily, type GreedyOptions } from './decode-greedily.ts';
import { inEvaluation } from './in-evaluation.ts';

export interface Seq2SeqTransformerOptions {
  /** Features of each token (default 512). */
  dModel?: number;
  /** Attention heads (default 8). */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
  /** Features inside the feed-forward networks (default 2048). */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** Default `gelu`. */
  activation?: TransformerActivation;
  /** Pre-LN (default true) or, with false, post-LN. */
  normFirst?: boolean;
  /** The longest sequence on either side (default 512). */
  maxLength?: number;
}

export interface Seq2SeqInputs {
  /** `[N, S]`, bool: true where a source position is padding. */
  sourcePaddingMask?: Tensor;
  /** `[N, T]`, bool: true where a target position is padding. Not needed where padding stands at the end. */
  targetPaddingMask?: Tensor;
}

export interface Seq2SeqGenerateOptions extends GreedyOptions {
  /** `[N, S]`, bool: true where a source position is padding. */
  sourcePaddingMask?: Tensor;
}

/**
 * The encoder–decoder Transformer over token ids, for translation and summarization: embeddings times √dModel plus sinusoidal
 * positions, encoder and causal decoder with last norms, a linear head. Batch first.
 *
 * Vaswani et al. 2017, Attention is all you need; pre-LN: Xiong et al. 2020. Embeddings start as N(0, 1/dModel), so that
 * times √dModel they are as large as the positions; the other matrices Xavier-uniform.
 * Parameters: `source_embedding`, `target_embedding`, `transformer.*`, `head`.
 *
 * ```ts
 * const model = new Seq2SeqTransformer(30, 40, { dModel: 32, nhead: 4, numEncoderLayers: 1, numDecoderLayers: 1 });
 * const [source, target] = [randint(0, 30, [2, 7]), randint(0, 40, [2, 5])];
 * console.log(model.call(source, target).shape); // prints [ 2, 5, 40 ]
 * ```
 */
export class Seq2SeqTransformer extends Module {
  readonly dModel: number;
  source_embedding: Embedding;
  target_embedding: Embedding;
  positions: PositionalEncoding;
  transformer: Transformer;
  head: Linear;

  constructor(sourceVocabulary: number, targetVocabulary: number, options: Seq2SeqTransformerOptions = {}) {
    super();
    const { dModel = 512, dropout = 0.1, activation = 'gelu', normFirst = true, maxLength = 512 } = options;
    this.dModel = dModel;
    this.source_embedding = new Embedding(sourceVocabulary, dModel);
    this.target_embedding = new Embedding(targetVocabulary, dModel);
    this.positions = new PositionalEncoding(dModel, { dropout, maxLength, batchFirst: true });
    this.transformer = new Transformer({ ...options, dModel, dropout, activation, normFirst, batchFirst: true });
    this.head = new Linear(dModel, targetVocabulary);
    init.normal_(this.source_embedding.weight, { std: dModel ** -0.5 });
    init.normal_(this.target_embedding.weight, { std: dModel ** -0.5 });
    init.xavierUniform_(this.head.weight);
  }

  /**
   * @param source int32 `[N, S]`
   * @param target int32 `[N, T]`: the start token and what comes after it, without the last token
   * @returns logits `[N, T, targetVocabulary]` of the token after each
   */
  override forward(source: Tensor, target: Tensor, inputs: Seq2SeqInputs = {}): Tensor {
    return scope(() => this.head.call(this.decode(target, this.encode(source, inputs), inputs)));
  }

  /** The encoder's output `[N, S, dModel]`. */
  encode(source: Tensor, inputs: Seq2SeqInputs = {}): Tensor {
    return scope(() => {
      const embedded = this.embed(this.source_embedding, source);
      return this.transformer.encoder.call(embedded, { srcKeyPaddingMask: inputs.sourcePaddingMask });
    });
  }

  /** The decoder's output `[N, T, dModel]`, to which `head` applies; each position sees only those before it. */
  decode(target: Tensor, memory: Tensor, inputs: Seq2SeqInputs = {}): Tensor {
    return scope(() =>
      this.transformer.decoder.call(this.embed(this.target_embedding, target), memory, {
        tgtIsCausal: true,
        tgtKeyPaddingMask: inputs.targetPaddingMask,
        memoryKeyPaddingMask: inputs.sourcePaddingMask,
      }),
    );
  }

  /**
   * The likeliest token one after the other; encodes once; in evaluation mode, whatever mode the model is in.
   *
   * @param source int32 `[N, S]`
   * @returns the tokens of each sequence, without start and end token
   */
  async generate(source: Tensor, options: Seq2SeqGenerateOptions): Promise<number[][]> {
    const { sourcePaddingMask } = options;
    return inEvaluation(this, async () => {
      const memory = noGrad(() => this.encode(source, { sourcePaddingMask })).keep();
      try {
        return await decodeGreedily(source.shape[0] ?? 0, options, (target) =>
          this.head.call(
            atLast(target, this.positions.maxLength, (all) => this.decode(all, memory, { sourcePaddingMask })),
          ),
        );
      } finally {
        memory.release();
      }
    });
  }

  private embed(embedding: Embedding, tokens: Tensor): Tensor {
    return this.positions.call(embedding.call(tokens).mul(Math.sqrt(this.dModel)));
  }
}
