import { ConfigError, ShapeError } from '@evenkeel/errors';
import { Dropout, Embedding, init, LayerNorm, Linear, Module, ModuleList } from '@evenkeel/nn-layers';
import { arange, noGrad, scope, type Tensor, zeros } from '@evenkeel/tensor';
import { BERTLayer, type BERTLayerSizes } from './bert-layer.ts';

export interface BERTOptions {
  /** The longest sequence (default 512). */
  maxLength?: number;
  /** Features of each token (default 768). */
  dModel?: number;
  /** Attention heads (default 12). */
  nhead?: number;
  /** Default 12. */
  numLayers?: number;
  /** Features inside the feed-forward networks (default 4 · dModel). */
  dimFeedforward?: number;
  /** How many kinds of segments there are, such as question and text (default 2). */
  segments?: number;
  /** Default 0.1. */
  dropout?: number;
  /** The token whose embedding starts at zero and is not trained (default none). */
  paddingIdx?: number;
  /** Added to the variance in the layer norms (default 1e-12). */
  layerNormEps?: number;
  /** Whether there is a `pooler`, for one vector of each sequence (default true). */
  pooling?: boolean;
}

export interface BERTInputs {
  /** int32 `[N, T]`: which segment each token belongs to (default 0 everywhere). */
  segments?: Tensor;
  /** bool `[N, T]`: true where a position is padding. */
  paddingMask?: Tensor;
}

/**
 * The bidirectional Transformer encoder: token, position and segment embeddings, then post-LN layers with GELU.
 *
 * Devlin et al. 2019, BERT: pre-training of deep bidirectional transformers for language understanding. Matrices start
 * as N(0, 0.02²), biases at zero. Parameters have the names of the published checkpoints, without their prefix `bert.`:
 * `embeddings.{word_embeddings,position_embeddings,token_type_embeddings,LayerNorm}`, `encoder.layer.N.*`,
 * `pooler.dense`. Heads for tasks: `BERTForMaskedTokens`, `BERTForClassification`, `BERTForQuestionAnswering`.
 *
 * ```ts
 * const model = new BERT(100, { maxLength: 16, dModel: 32, nhead: 4, numLayers: 2 });
 * const features = model.call(randint(0, 100, [2, 10]));
 * console.log(features.shape, model.pool(features).shape); // prints [ 2, 10, 32 ] [ 2, 32 ]
 * ```
 */
export class BERT extends Module {
  readonly vocabularySize: number;
  readonly dModel: number;
  embeddings: BERTEmbeddings;
  encoder: BERTEncoder;
  pooler: BERTPooler | undefined;

  constructor(vocabularySize: number, options: BERTOptions = {}) {
    super();
    const { dModel = 768, nhead = 12, numLayers = 12, dropout = 0.1, layerNormEps = 1e-12 } = options;
    this.vocabularySize = vocabularySize;
    this.dModel = dModel;
    const sizes = { dModel, nhead, dimFeedforward: options.dimFeedforward ?? 4 * dModel, dropout, layerNormEps };
    this.embeddings = new BERTEmbeddings(vocabularySize, sizes, options);
    this.encoder = new BERTEncoder(numLayers, sizes);
    if (options.pooling ?? true) this.pooler = new BERTPooler(dModel);
    startAsBERT(this);
  }

  /**
   * @param tokens int32 `[N, T]`
   * @returns features of each token `[N, T, dModel]`
   * @throws ShapeError for more tokens than positions
   */
  override forward(tokens: Tensor, inputs: BERTInputs = {}): Tensor {
    return scope(() => {
      const [batch = 0, length = 0] = tokens.shape;
      const mask = inputs.paddingMask?.logicalNot().reshape([batch, 1, 1, length]);
      return this.encoder.call(this.embeddings.call(tokens, inputs.segments), mask);
    });
  }

  /**
   * One vector for each sequence `[N, dModel]`: tanh of a linear map of the first token's features.
   *
   * @throws ConfigError for a model made with `pooling: false`
   */
  pool(features: Tensor): Tensor {
    if (!this.pooler) throw new ConfigError('this model was made without a pooler', { op: 'BERT.pool' });
    return this.pooler.call(features);
  }
}

/** Matrices as N(0, 0.02²), biases at zero, norms as they are, padding's embedding at zero. */
export function startAsBERT(model: Module): void {
  model.apply((module) => {
    if (module instanceof Linear) {
      init.normal_(module.weight, { std: 0.02 });
      if (module.bias) init.zeros_(module.bias);
    } else if (module instanceof Embedding) {
      // N(0, 1) with padding at zero, so that only the deviation is left to set.
      module.resetParameters();
      noGrad(() => void module.weight.assign(module.weight.mul(0.02)));
    }
  });
}

class BERTEmbeddings extends Module {
  readonly maxLength: number;
  word_embeddings: Embedding;
  position_embeddings: Embedding;
  token_type_embeddings: Embedding;
  LayerNorm: LayerNorm;
  dropout: Dropout;

  constructor(vocabularySize: number, { dModel, dropout, layerNormEps }: BERTLayerSizes, options: BERTOptions) {
    super();
    this.maxLength = options.maxLength ?? 512;
    this.word_embeddings = new Embedding(vocabularySize, dModel, { paddingIdx: options.paddingIdx });
    this.position_embeddings = new Embedding(this.maxLength, dModel);
    this.token_type_embeddings = new Embedding(options.segments ?? 2, dModel);
    this.LayerNorm = new LayerNorm(dModel, { eps: layerNormEps });
    this.dropout = new Dropout(dropout);
  }

  override forward(tokens: Tensor, segments?: Tensor): Tensor {
    const length = tokens.shape[1] ?? 0;
    if (tokens.ndim !== 2 || length > this.maxLength) {
      throw new ShapeError('the tokens do not fit the positions', {
        op: 'BERT',
        got: `[${tokens.shape.join(', ')}]`,
        expected: `[N, T] with T up to ${this.maxLength}`,
      });
    }
    return scope(() => {
      const kinds = segments ?? zeros(tokens.shape, { dtype: 'int32' });
      const sum = this.word_embeddings
        .call(tokens)
        .add(this.token_type_embeddings.call(kinds))
        .add(this.position_embeddings.call(arange(length)));
      return this.dropout.call(this.LayerNorm.call(sum));
    });
  }
}

class BERTEncoder extends Module {
  layer: ModuleList<BERTLayer>;

  constructor(numLayers: number, sizes: BERTLayerSizes) {
    super();
    this.layer = new ModuleList(Array.from({ length: numLayers }, () => new BERTLayer(sizes)));
  }

  override forward(input: Tensor, mask: Tensor | undefined): Tensor {
    return scope(() => {
      let output = input;
      for (const layer of this.layer) output = layer.call(output, mask);
      return output;
    });
  }
}

class BERTPooler extends Module {
  dense: Linear;

  constructor(dModel: number) {
    super();
    this.dense = new Linear(dModel, dModel);
  }

  override forward(features: Tensor): Tensor {
    return scope(() => this.dense.call(features.select(1, 0)).tanh());
  }
}
