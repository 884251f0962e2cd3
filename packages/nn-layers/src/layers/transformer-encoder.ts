import { checkpoint, scope, type Tensor } from '@evenkeel/tensor';
import { ModuleList } from '../module/containers.ts';
import { Module, type TensorModule } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { Dropout } from './dropout.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import { activationFunction, type TransformerActivation } from './transformer-activation.ts';

export interface TransformerLayerOptions {
  /** Features between the two linear layers (default 2048). */
  dimFeedforward?: number;
  /** Probability of dropout everywhere in the layer (default 0.1). */
  dropout?: number;
  /** Between the two linear layers (default `relu`). */
  activation?: TransformerActivation;
  /** Added to the variance in the layer norms (default 1e-5). */
  layerNormEps?: number;
  /** Inputs and output are `[batch, length, features]` instead of `[length, batch, features]` (default false). */
  batchFirst?: boolean;
  /** Pre-LN, x + f(norm(x)), instead of post-LN, norm(x + f(x)) (default false). */
  normFirst?: boolean;
  /** Whether linear layers and layer norms have biases (default true). */
  bias?: boolean;
}

export interface EncoderLayerInputs {
  /** `[L, L]` or `[batch · heads, L, L]`; bool: true where a position must NOT attend; float: added to the scores. */
  srcMask?: Tensor;
  /** `[batch, L]`; bool: true where a position is padding. */
  srcKeyPaddingMask?: Tensor;
  /** A position sees only those before it (default false). */
  isCausal?: boolean;
}

/**
 * Self-attention and a feed-forward network, each with residual and layer norm; `torch.nn.TransformerEncoderLayer`.
 *
 * Input and output `[L, N, dModel]`, `[N, L, dModel]` with `batchFirst`, or `[L, dModel]`.
 * Vaswani et al. 2017, Attention is all you need; pre-LN: Xiong et al. 2020, On layer normalization in the Transformer
 * architecture.
 *
 * ```ts
 * const layer = new TransformerEncoderLayer(8, 2, { dimFeedforward: 16 }).eval();
 * const input = randn([3, 8]);
 * // What is causal computes the first position as if it were the only one.
 * const first = layer.call(input, { isCausal: true }).narrow(0, 0, 1);
 * console.log(await allclose(first, layer.call(input.narrow(0, 0, 1)), { atol: 1e-5 })); // prints true
 * ```
 *
 * @throws ConfigError for sizes that are not positive, heads that do not divide the features, or another activation
 * @throws ShapeError at the call when input and masks do not fit
 */
export class TransformerEncoderLayer extends Module {
  readonly normFirst: boolean;
  readonly activation: (input: Tensor) => Tensor;
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, batchFirst = false, bias = true } = options;
    this.normFirst = options.normFirst ?? false;
    this.activation = activationFunction(options.activation ?? 'relu');
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, bias });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  override forward(src: Tensor, inputs: EncoderLayerInputs = {}): Tensor {
    return scope(() => {
      if (this.normFirst) {
        const attended = src.add(this.attend(this.norm1.call(src), inputs));
        return attended.add(this.feedForward(this.norm2.call(attended)));
      }
      const attended = this.norm1.call(src.add(this.attend(src, inputs)));
      return this.norm2.call(attended.add(this.feedForward(attended)));
    });
  }

  private attend(x: Tensor, { srcMask, srcKeyPaddingMask, isCausal }: EncoderLayerInputs): Tensor {
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal };
    return this.dropout1.call(this.self_attn.call(x, x, x, { ...masks, needWeights: false })[0]);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.call(this.activation(this.linear1.call(x)));
    return this.dropout2.call(this.linear2.call(hidden));
  }
}

export interface EncoderInputs {
  /** As `srcMask` of the layer. */
  mask?: Tensor;
  /** `[batch, L]`; bool: true where a position is padding. */
  srcKeyPaddingMask?: Tensor;
  /** A position sees only those before it (default false). */
  isCausal?: boolean;
}

export interface EncoderOptions {
  /** Comes last (default none). */
  norm?: TensorModule;
  /** Whether what is computed inside of a layer is computed anew for `backward()` instead of kept; see `checkpoint` (default false). */
  checkpoint?: boolean;
}

/**
 * A stack of `numLayers` copies of one layer, and a last norm if given; `torch.nn.TransformerEncoder`. Shapes and errors as
 * of `TransformerEncoderLayer`.
 *
 * As in PyTorch the copies start with equal weights; `apply` an initializer for other ones, as `Transformer` does.
 *
 * ```ts
 * const layer = new TransformerEncoderLayer(8, 2, { dimFeedforward: 16 }).eval();
 * const input = randn([3, 8]);
 * const twice = layer.call(layer.call(input));
 * console.log(await allclose(new TransformerEncoder(layer, 2).call(input), twice)); // prints true
 * ```
 */
export class TransformerEncoder extends Module {
  /** Whether each layer is a checkpoint. */
  readonly isCheckpointed: boolean;
  layers: ModuleList<TransformerEncoderLayer>;
  norm: TensorModule | undefined;

  constructor(encoderLayer: TransformerEncoderLayer, numLayers: number, options: EncoderOptions = {}) {
    super();
    this.isCheckpointed = options.checkpoint ?? false;
    checkSizes('TransformerEncoder', { numLayers });
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => encoderLayer.clone()));
    this.norm = options.norm;
  }

  override forward(src: Tensor, inputs: EncoderInputs = {}): Tensor {
    const { mask: srcMask, srcKeyPaddingMask, isCausal } = inputs;
    return scope(() => {
      let output = src;
      for (const layer of this.layers) {
        const run = (x: Tensor) => layer.call(x, { srcMask, srcKeyPaddingMask, isCausal });
        output = this.isCheckpointed ? checkpoint(run)(output) : run(output);
      }
      return this.norm ? this.norm.call(output) : output;
    });
  }
}
