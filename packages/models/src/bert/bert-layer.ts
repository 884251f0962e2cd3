import { ConfigError } from '@evenkeel/errors';
import { Dropout, gelu, LayerNorm, Linear, Module, scaledDotProductAttention } from '@evenkeel/nn-layers';
import { hostGuard, scope, type Tensor } from '@evenkeel/tensor';

/** What every part of a layer is made from. */
export interface BERTLayerSizes {
  dModel: number;
  nhead: number;
  dimFeedforward: number;
  dropout: number;
  layerNormEps: number;
}

/**
 * Post-LN self-attention and feed-forward network with the parameter names of the published BERT checkpoints:
 * `attention.self.{query,key,value}`, `attention.output.{dense,LayerNorm}`, `intermediate.dense`,
 * `output.{dense,LayerNorm}`. Input and output `[N, T, dModel]`.
 */
export class BERTLayer extends Module {
  attention: BERTAttention;
  intermediate: BERTIntermediate;
  output: BERTOutput;

  constructor(sizes: BERTLayerSizes) {
    super();
    this.attention = new BERTAttention(sizes);
    this.intermediate = new BERTIntermediate(sizes);
    this.output = new BERTOutput(sizes.dimFeedforward, sizes);
  }

  /** @param mask bool, broadcasts to `[N, heads, T, T]`: true where a token may attend */
  override forward(input: Tensor, mask: Tensor | undefined): Tensor {
    return scope(() => {
      const attended = this.attention.call(input, mask);
      return this.output.call(this.intermediate.call(attended), attended);
    });
  }
}

class BERTAttention extends Module {
  self: BERTSelfAttention;
  output: BERTOutput;

  constructor(sizes: BERTLayerSizes) {
    super();
    this.self = new BERTSelfAttention(sizes);
    this.output = new BERTOutput(sizes.dModel, sizes);
  }

  override forward(input: Tensor, mask: Tensor | undefined): Tensor {
    return this.output.call(this.self.call(input, mask), input);
  }
}

class BERTSelfAttention extends Module {
  readonly heads: number;
  query: Linear;
  key: Linear;
  value: Linear;
  dropout: Dropout;

  constructor({ dModel, nhead, dropout }: BERTLayerSizes) {
    super();
    if (dModel % nhead !== 0) {
      throw new ConfigError('the number of heads does not divide the features', {
        doing: 'making a BERT',
        got: `dModel ${dModel}, nhead ${nhead}`,
      });
    }
    this.heads = nhead;
    this.query = new Linear(dModel, dModel);
    this.key = new Linear(dModel, dModel);
    this.value = new Linear(dModel, dModel);
    this.dropout = new Dropout(dropout);
  }

  override forward(input: Tensor, mask: Tensor | undefined): Tensor {
    const [batch = 0, length = 0, features = 0] = input.shape;
    return scope(() => {
      const split = (projection: Linear): Tensor =>
        projection
          .call(input)
          .reshape([batch, length, this.heads, features / this.heads])
          .transpose(1, 2);
      const attended = scaledDotProductAttention(split(this.query), split(this.key), split(this.value), {
        attnMask: mask,
        dropoutP: this.training ? hostGuard(() => this.dropout.p) : 0,
      });
      return attended.transpose(1, 2).reshape([batch, length, features]);
    });
  }
}

class BERTIntermediate extends Module {
  dense: Linear;

  constructor({ dModel, dimFeedforward }: BERTLayerSizes) {
    super();
    this.dense = new Linear(dModel, dimFeedforward);
  }

  override forward(input: Tensor): Tensor {
    return scope(() => gelu(this.dense.call(input)));
  }
}

class BERTOutput extends Module {
  dense: Linear;
  LayerNorm: LayerNorm;
  dropout: Dropout;

  constructor(inFeatures: number, { dModel, dropout, layerNormEps }: BERTLayerSizes) {
    super();
    this.dense = new Linear(inFeatures, dModel);
    this.LayerNorm = new LayerNorm(dModel, { eps: layerNormEps });
    this.dropout = new Dropout(dropout);
  }

  override forward(input: Tensor, residual: Tensor): Tensor {
    return scope(() => this.LayerNorm.call(this.dropout.call(this.dense.call(input)).add(residual)));
  }
}
