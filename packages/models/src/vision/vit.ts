import { ConfigError, ShapeError } from '@evenkeel/errors';
import {
  Conv2d,
  Dropout,
  GELU,
  init,
  LayerNorm,
  Linear,
  Module,
  MultiheadAttention,
  Parameter,
  Sequential,
} from '@evenkeel/nn-layers';
import { cat, scope, type Tensor, zeros } from '@evenkeel/tensor';

export interface ViTOptions {
  /** Height and width of the images (default 224). */
  imageSize?: number;
  /** Height and width of the patches they are cut into; divides the image's (default 16). */
  patchSize?: number;
  /** Channels of the images (default 3). */
  inChannels?: number;
  /** Features of each patch (default 768). */
  dModel?: number;
  /** Attention heads (default 12). */
  nhead?: number;
  /** Default 12. */
  numLayers?: number;
  /** Features inside the feed-forward networks (default 4 · dModel). */
  dimFeedforward?: number;
  /** Default 0. */
  dropout?: number;
}

/**
 * The Vision Transformer: an image's patches as tokens behind a class token, learned positions, pre-LN layers with
 * GELU, a linear head on the class token.
 *
 * Images `[N, inChannels, imageSize, imageSize]` to logits `[N, classes]`. Dosovitskiy et al. 2021, An image is worth
 * 16x16 words. Names and start of the parameters are torchvision's: `class_token`, `conv_proj`,
 * `encoder.pos_embedding`, `encoder.layers.encoder_layer_N.*`, `encoder.ln`, `heads.head` (which starts at zero).
 *
 * @throws ConfigError unless `patchSize` divides `imageSize`; ShapeError at the call for images of another size
 *
 * ```ts
 * const model = new ViT(10, { imageSize: 32, patchSize: 8, dModel: 32, nhead: 4, numLayers: 2 });
 * console.log(model.call(randn([2, 3, 32, 32])).shape); // prints [ 2, 10 ]
 * ```
 */
export class ViT extends Module {
  readonly imageSize: number;
  /** Features of `features`. */
  readonly featureSize: number;
  class_token: Parameter;
  conv_proj: Conv2d;
  encoder: ViTEncoder;
  heads: Sequential;

  constructor(classes: number, options: ViTOptions = {}) {
    super();
    const { imageSize = 224, patchSize = 16, inChannels = 3, dModel = 768 } = options;
    if (imageSize % patchSize !== 0) {
      throw new ConfigError('the patches do not fill the image', {
        doing: 'making a ViT',
        got: `imageSize ${imageSize}, patchSize ${patchSize}`,
      });
    }
    this.imageSize = imageSize;
    this.featureSize = dModel;
    this.class_token = new Parameter(zeros([1, 1, dModel]));
    this.conv_proj = new Conv2d(inChannels, dModel, patchSize, { stride: patchSize });
    this.encoder = new ViTEncoder((imageSize / patchSize) ** 2 + 1, dModel, options);
    const head = new Linear(dModel, classes);
    this.heads = new Sequential({ head });
    init.truncNormal_(this.conv_proj.weight, { std: Math.sqrt(1 / (inChannels * patchSize ** 2)) });
    if (this.conv_proj.bias) init.zeros_(this.conv_proj.bias);
    init.zeros_(head.weight);
    if (head.bias) init.zeros_(head.bias);
  }

  override forward(images: Tensor): Tensor {
    return scope(() => this.heads.call(this.features(images).select(1, 0)));
  }

  /** Features of the class token and of every patch, row by row: `[N, 1 + patches, dModel]`. */
  features(images: Tensor): Tensor {
    if (images.ndim !== 4 || images.shape[2] !== this.imageSize || images.shape[3] !== this.imageSize) {
      throw new ShapeError('the images have another size than the model', {
        op: 'ViT',
        got: `[${images.shape.join(', ')}]`,
        expected: `[N, C, ${this.imageSize}, ${this.imageSize}]`,
      });
    }
    return scope(() => {
      const patches = this.conv_proj.call(images).flatten(2).transpose(1, 2);
      const first = this.class_token.expand([patches.shape[0] ?? 0, 1, this.featureSize]);
      return this.encoder.call(cat([first, patches], 1));
    });
  }
}

class ViTEncoder extends Module {
  pos_embedding: Parameter;
  dropout: Dropout;
  layers: Sequential;
  ln: LayerNorm;

  constructor(length: number, dModel: number, options: ViTOptions) {
    super();
    const { nhead = 12, numLayers = 12, dimFeedforward = 4 * dModel, dropout = 0 } = options;
    this.pos_embedding = new Parameter(zeros([1, length, dModel]));
    init.normal_(this.pos_embedding, { std: 0.02 });
    this.dropout = new Dropout(dropout);
    const layers = Array.from({ length: numLayers }, (_, index) => [
      `encoder_layer_${index}`,
      new ViTLayer(dModel, nhead, dimFeedforward, dropout),
    ]);
    this.layers = new Sequential(Object.fromEntries(layers));
    this.ln = new LayerNorm(dModel, { eps: 1e-6 });
  }

  override forward(tokens: Tensor): Tensor {
    return scope(() => this.ln.call(this.layers.call(this.dropout.call(tokens.add(this.pos_embedding)))));
  }
}

class ViTLayer extends Module {
  ln_1: LayerNorm;
  self_attention: MultiheadAttention;
  dropout: Dropout;
  ln_2: LayerNorm;
  mlp: Sequential;

  constructor(dModel: number, nhead: number, dimFeedforward: number, dropout: number) {
    super();
    this.ln_1 = new LayerNorm(dModel, { eps: 1e-6 });
    this.self_attention = new MultiheadAttention(dModel, nhead, { dropout, batchFirst: true });
    this.dropout = new Dropout(dropout);
    this.ln_2 = new LayerNorm(dModel, { eps: 1e-6 });
    const linears = [new Linear(dModel, dimFeedforward), new Linear(dimFeedforward, dModel)] as const;
    for (const { weight, bias } of linears) {
      init.xavierUniform_(weight);
      if (bias) init.normal_(bias, { std: 1e-6 });
    }
    this.mlp = new Sequential(linears[0], new GELU(), new Dropout(dropout), linears[1], new Dropout(dropout));
  }

  override forward(input: Tensor): Tensor {
    return scope(() => {
      const normed = this.ln_1.call(input);
      const [attended] = this.self_attention.call(normed, normed, normed, { needWeights: false });
      const heard = input.add(this.dropout.call(attended));
      return heard.add(this.mlp.call(this.ln_2.call(heard)));
    });
  }
}
