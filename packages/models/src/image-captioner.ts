import {
  Embedding,
  init,
  LayerNorm,
  Linear,
  Module,
  PositionalEncoding,
  TransformerDecoder,
  TransformerDecoderLayer,
} from '@evenkeel/nn-layers';
import { noGrad, scope, type Tensor } from '@evenkeel/tensor';
import { atLast } from './at-last.ts';
import { decodeGreedily, type GreedyOptions } from './decode-greedily.ts';
import { inEvaluation } from './in-evaluation.ts';

/** What turns images into features: a `ViT`, a `ResNet`, or any module with the same two members. */
export interface ImageEncoder extends Module {
  /** Size of each feature vector. */
  readonly featureSize: number;
  /** Features of images, as a sequence `[N, L, featureSize]` or as a map `[N, featureSize, H, W]`. */
  features(images: Tensor): Tensor;
}

export interface ImageCaptionerOptions {
  /** Features of each token (default 512). */
  dModel?: number;
  /** Attention heads (default 8). */
  nhead?: number;
  /** Layers of the decoder (default 3). */
  numLayers?: number;
  /** Features inside the feed-forward networks (default 4 · dModel). */
  dimFeedforward?: number;
  /** Default 0.1. */
  dropout?: number;
  /** The longest caption (default 128). */
  maxLength?: number;
}

/**
 * Writes what an image shows: a pre-LN Transformer decoder over the caption so far that attends to the image's features.
 *
 * After Xu et al. 2015, Show, attend and tell, with the decoder of Vaswani et al. 2017. The encoder is a `ViT` or a
 * `ResNet`; freeze it by `encoder.requiresGrad_(false)`.
 * Parameters: `encoder.*`, `projection` (features to dModel), `embedding`, `decoder.*`, `head`.
 *
 * ```ts
 * const encoder = new ViT(1, { imageSize: 32, patchSize: 8, dModel: 32, nhead: 4, numLayers: 1 });
 * const model = new ImageCaptioner(encoder, 100, { dModel: 32, nhead: 4, numLayers: 1 });
 * const captions = await model.generate(randn([2, 3, 32, 32]), { startToken: 0, endToken: 1, maxLength: 10 });
 * console.log(captions.length); // prints 2
 * ```
 */
export class ImageCaptioner extends Module {
  readonly dModel: number;
  encoder: ImageEncoder;
  projection: Linear;
  embedding: Embedding;
  positions: PositionalEncoding;
  decoder: TransformerDecoder;
  head: Linear;

  constructor(encoder: ImageEncoder, vocabularySize: number, options: ImageCaptionerOptions = {}) {
    super();
    const { dModel = 512, nhead = 8, numLayers = 3, dropout = 0.1, maxLength = 128 } = options;
    this.dModel = dModel;
    this.encoder = encoder;
    this.projection = new Linear(encoder.featureSize, dModel);
    this.embedding = new Embedding(vocabularySize, dModel);
    this.positions = new PositionalEncoding(dModel, { dropout, maxLength, batchFirst: true });
    const layer = new TransformerDecoderLayer(dModel, nhead, {
      dimFeedforward: options.dimFeedforward ?? 4 * dModel,
      dropout,
      activation: 'gelu',
      batchFirst: true,
      normFirst: true,
    });
    this.decoder = new TransformerDecoder(layer, numLayers, { norm: new LayerNorm(dModel) });
    this.head = new Linear(dModel, vocabularySize);
    for (const parameter of this.decoder.parameters()) if (parameter.ndim > 1) init.xavierUniform_(parameter);
    init.normal_(this.embedding.weight, { std: dModel ** -0.5 });
    init.xavierUniform_(this.head.weight);
  }

  /**
   * @param images `[N, C, H, W]`
   * @param captions int32 `[N, T]`: the start token and what comes after it, without the last token
   * @returns logits `[N, T, vocabulary]` of the token after each
   */
  override forward(images: Tensor, captions: Tensor): Tensor {
    return scope(() => this.head.call(this.decode(captions, this.see(images))));
  }

  /** What the decoder attends to: `[N, L, dModel]`. */
  see(images: Tensor): Tensor {
    return scope(() => {
      const features = this.encoder.features(images);
      return this.projection.call(features.ndim === 4 ? features.flatten(2).transpose(1, 2) : features);
    });
  }

  /**
   * The likeliest caption word by word; looks at the images once; in evaluation mode, whatever mode the model is in.
   *
   * @param images `[N, C, H, W]`
   * @returns the tokens of each caption, without start and end token
   */
  async generate(images: Tensor, options: GreedyOptions): Promise<number[][]> {
    return inEvaluation(this, async () => {
      const memory = noGrad(() => this.see(images)).keep();
      try {
        return await decodeGreedily(images.shape[0] ?? 0, options, (captions) =>
          this.head.call(atLast(captions, this.positions.maxLength, (all) => this.decode(all, memory))),
        );
      } finally {
        memory.release();
      }
    });
  }

  /** The decoder's output `[N, T, dModel]`; each position sees only those before it. */
  private decode(captions: Tensor, memory: Tensor): Tensor {
    return scope(() => {
      const embedded = this.positions.call(this.embedding.call(captions).mul(Math.sqrt(this.dModel)));
      return this.decoder.call(embedded, memory, { tgtIsCausal: true });
    });
  }
}
