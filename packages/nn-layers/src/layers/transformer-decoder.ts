import { scope, type Tensor } from '@evenkeel/tensor';
import { ModuleList } from '../module/containers.ts';
import { Module, type TensorModule } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { Dropout } from './dropout.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import { activationFunction } from './transformer-activation.ts';
import type { TransformerLayerOptions } from './transformer-encoder.ts';

export interface DecoderInputs {
  /** `[T, T]` or `[batch · heads, T, T]`; bool: true where a position must NOT attend; float: added to the scores. */
  tgtMask?: Tensor;
  /** `[T, S]` or `[batch · heads, T, S]`, for the attention on the memory. */
  memoryMask?: Tensor;
  /** `[batch, T]`; bool: true where a target position is padding. */
  tgtKeyPaddingMask?: Tensor;
  /** `[batch, S]`; bool: true where a memory position is padding. */
  memoryKeyPaddingMask?: Tensor;
  /** A target position sees only those before it (default false). */
  tgtIsCausal?: boolean;
  /** The same for the attention on the memory (default false). */
  memoryIsCausal?: boolean;
}

/**
 * Self-attention, attention on an encoder's output, and a feed-forward network, each with residual and layer norm;
 * `torch.nn.TransformerDecoderLayer`.
 *
 * Target `[T, N, dModel]` and memory `[S, N, dModel]`, `[N, …]` with `batchFirst`, or both without N; output like the
 * target. Vaswani et al. 2017, Attention is all you need.
 *
 * ```ts
 * const layer = new TransformerDecoderLayer(8, 2, { dimFeedforward: 16 }).eval();
 * const [target, memory] = [randn([3, 1, 8]), randn([2, 1, 8])];
 * const masked = layer.call(target, memory, { memoryKeyPaddingMask: tensor([[false, true]]) });
 * console.log(await allclose(masked, layer.call(target, memory.narrow(0, 0, 1)), { atol: 1e-5 })); // prints true
 * ```
 *
 * @throws ConfigError for sizes that are not positive, heads that do not divide the features, or another activation
 * @throws ShapeError at the call when target, memory and masks do not fit
 */
export class TransformerDecoderLayer extends Module {
  readonly normFirst: boolean;
  readonly activation: (input: Tensor) => Tensor;
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, batchFirst = false, bias = true } = options;
    this.normFirst = options.normFirst ?? false;
    this.activation = activationFunction(options.activation ?? 'relu');
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, bias });
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, bias });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.norm3 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
  }

  override forward(tgt: Tensor, memory: Tensor, inputs: DecoderInputs = {}): Tensor {
    return scope(() => {
      if (this.normFirst) {
        const own = tgt.add(this.attendSelf(this.norm1.call(tgt), inputs));
        const both = own.add(this.attendMemory(this.norm2.call(own), memory, inputs));
        return both.add(this.feedForward(this.norm3.call(both)));
      }
      const own = this.norm1.call(tgt.add(this.attendSelf(tgt, inputs)));
      const both = this.norm2.call(own.add(this.attendMemory(own, memory, inputs)));
      return this.norm3.call(both.add(this.feedForward(both)));
    });
  }

  private attendSelf(x: Tensor, { tgtMask, tgtKeyPaddingMask, tgtIsCausal }: DecoderInputs): Tensor {
    const masks = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal };
    return this.dropout1.call(this.self_attn.call(x, x, x, { ...masks, needWeights: false })[0]);
  }

  private attendMemory(x: Tensor, memory: Tensor, inputs: DecoderInputs): Tensor {
    const { memoryMask, memoryKeyPaddingMask, memoryIsCausal } = inputs;
    const masks = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal };
    return this.dropout2.call(this.multihead_attn.call(x, memory, memory, { ...masks, needWeights: false })[0]);
  }

  private feedForward(x: Tensor): Tensor {
    const hidden = this.dropout.call(this.activation(this.linear1.call(x)));
    return this.dropout3.call(this.linear2.call(hidden));
  }
}

/**
 * A stack of `numLayers` copies of one layer, and a last norm if given; `torch.nn.TransformerDecoder`. Shapes and errors as
 * of `TransformerDecoderLayer`.
 *
 * As in PyTorch the copies start with equal weights; `apply` an initializer for other ones, as `Transformer` does.
 *
 * ```ts
 * const layer = new TransformerDecoderLayer(8, 2, { dimFeedforward: 16 }).eval();
 * const [target, memory] = [randn([3, 1, 8]), randn([2, 1, 8])];
 * const twice = layer.call(layer.call(target, memory), memory);
 * console.log(await allclose(new TransformerDecoder(layer, 2).call(target, memory), twice)); // prints true
 * ```
 */
export class TransformerDecoder extends Module {
  layers: ModuleList<TransformerDecoderLayer>;
  norm: TensorModule | undefined;

  constructor(decoderLayer: TransformerDecoderLayer, numLayers: number, options: { norm?: TensorModule } = {}) {
    super();
    checkSizes('TransformerDecoder', { numLayers });
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => decoderLayer.clone()));
    this.norm = options.norm;
  }

  override forward(tgt: Tensor, memory: Tensor, inputs: DecoderInputs = {}): Tensor {
    return scope(() => {
      let output = tgt;
      for (const layer of this.layers) output = layer.call(output, memory, inputs);
      return this.norm ? this.norm.call(output) : output;
    });
  }
}
