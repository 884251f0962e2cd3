import { full, scope, type Tensor, where } from '@evenkeel/tensor';
import { causalMask } from '../functional/attention.ts';
import { xavierUniform_ } from '../init/scaled.ts';
import { Module } from '../module/module.ts';
import { LayerNorm } from './layer-norm.ts';
import { type DecoderInputs, TransformerDecoder, TransformerDecoderLayer } from './transformer-decoder.ts';
import { TransformerEncoder, TransformerEncoderLayer, type TransformerLayerOptions } from './transformer-encoder.ts';

export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of source, target and everything between (default 512). */
  dModel?: number;
  /** Heads of each attention (default 8). */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
}

export interface TransformerInputs extends DecoderInputs {
  /** `[S, S]` or `[batch · heads, S, S]`; bool: true where a position must NOT attend; float: added to the scores. */
  srcMask?: Tensor;
  /** `[batch, S]`; bool: true where a source position is padding. */
  srcKeyPaddingMask?: Tensor;
  /** A source position sees only those before it (default false). */
  srcIsCausal?: boolean;
}

/**
 * An encoder and a decoder, each with a last layer norm; `torch.nn.Transformer`. Embeddings, positions and the output
 * head are the caller's.
 *
 * Source `[S, N, dModel]`, target `[T, N, dModel]`, `[N, …]` with `batchFirst`, or both without N; output like the target.
 * All matrices start Xavier-uniform. Vaswani et al. 2017, Attention is all you need.
 *
 * ```ts
 * const sizes = { dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 16 };
 * const model = new Transformer(sizes).eval();
 * const [source, target] = [randn([3, 8]), randn([2, 8])];
 * const output = model.call(source, target, { tgtIsCausal: true });
 * // Without positions the order of the source is unknown.
 * const turned = model.call(source.flip(0), target, { tgtIsCausal: true });
 * console.log(output.shape, await allclose(turned, output, { atol: 1e-5 })); // prints [ 2, 8 ] true
 * ```
 *
 * @throws ConfigError for sizes that are not positive, heads that do not divide the features, or another activation
 * @throws ShapeError at the call when source, target and masks do not fit
 */
export class Transformer extends Module {
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;
  encoder: TransformerEncoder;
  decoder: TransformerDecoder;

  constructor(options: TransformerOptions = {}) {
    super();
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, layerNormEps: eps, bias } = options;
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = options.batchFirst ?? false;
    const encoderLayer = new TransformerEncoderLayer(dModel, nhead, options);
    const decoderLayer = new TransformerDecoderLayer(dModel, nhead, options);
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps, bias });
    this.encoder = new TransformerEncoder(encoderLayer, numEncoderLayers, { norm: norm() });
    this.decoder = new TransformerDecoder(decoderLayer, numDecoderLayers, { norm: norm() });
    this.resetParameters();
  }

  /** Draws every matrix anew, Xavier-uniform; vectors stay. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  override forward(src: Tensor, tgt: Tensor, inputs: TransformerInputs = {}): Tensor {
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...decoderInputs } = inputs;
    return scope(() => {
      const memory = this.encoder.call(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
      return this.decoder.call(tgt, memory, decoderInputs);
    });
  }
}

/**
 * The causal mask in PyTorch's float form `[size, size]`: −∞ where a position must not see another, else 0.
 *
 * `causalMask` is the same as booleans.
 */
export function generateSquareSubsequentMask(size: number): Tensor {
  return scope(() => where(causalMask(size), full([size, size], -Infinity), 0));
}
