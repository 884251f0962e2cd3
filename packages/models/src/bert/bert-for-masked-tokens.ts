import { gelu, LayerNorm, Linear, Module, type Parameter } from '@evenkeel/nn-layers';
import { scope, type Tensor } from '@evenkeel/tensor';
import { BERT, type BERTInputs, type BERTOptions, startAsBERT } from './bert.ts';

/**
 * BERT that guesses masked tokens: a transformed copy of each token's features against the token embeddings.
 *
 * Input int32 `[N, T]`, output logits `[N, T, vocabulary]`; train with `crossEntropy` on what `maskTokens` makes. The
 * decoder's matrix is the token embedding's. Devlin et al. 2019, section 3.1.
 * Parameters: `bert.*`, `cls.predictions.transform.{dense,LayerNorm}`, `cls.predictions.bias`.
 *
 * ```ts
 * const model = new BERTForMaskedTokens(100, { dModel: 32, nhead: 4, numLayers: 2 });
 * const { inputs, targets } = maskTokens([[7, 8, 9, 7, 8, 9]], { maskToken: 1, vocabularySize: 100, probability: 0.3 });
 * const logits = model.call(tensor(inputs, { dtype: 'int32' }));
 * console.log(logits.shape, targets[0].length); // prints [ 1, 6, 100 ] 6
 * ```
 */
export class BERTForMaskedTokens extends Module {
  bert: BERT;
  cls: PretrainingHeads;

  constructor(vocabularySize: number, options: BERTOptions = {}) {
    super();
    this.bert = new BERT(vocabularySize, { ...options, pooling: false });
    this.cls = new PretrainingHeads(this.bert, options.layerNormEps ?? 1e-12);
  }

  override forward(tokens: Tensor, inputs: BERTInputs = {}): Tensor {
    return scope(() => this.cls.call(this.bert.call(tokens, inputs)));
  }
}

class PretrainingHeads extends Module {
  predictions: Predictions;

  constructor(bert: BERT, eps: number) {
    super();
    this.predictions = new Predictions(bert, eps);
  }

  override forward(features: Tensor): Tensor {
    return this.predictions.call(features);
  }
}

class Predictions extends Module {
  bias: Parameter | undefined;
  transform: Transform;
  decoder: Linear;

  constructor(bert: BERT, eps: number) {
    super();
    this.transform = new Transform(bert.dModel, eps);
    this.decoder = new Linear(bert.dModel, bert.vocabularySize);
    startAsBERT(this);
    // Published checkpoints hold the bias under both names.
    this.bias = this.decoder.bias;
    this.decoder.weight = bert.embeddings.word_embeddings.weight;
  }

  override forward(features: Tensor): Tensor {
    return this.decoder.call(this.transform.call(features));
  }
}

class Transform extends Module {
  dense: Linear;
  LayerNorm: LayerNorm;

  constructor(dModel: number, eps: number) {
    super();
    this.dense = new Linear(dModel, dModel);
    this.LayerNorm = new LayerNorm(dModel, { eps });
  }

  override forward(features: Tensor): Tensor {
    return scope(() => this.LayerNorm.call(gelu(this.dense.call(features))));
  }
}
