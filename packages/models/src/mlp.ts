import {
  BatchNorm1d,
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  Module,
  ReLU,
  Sequential,
  SiLU,
  Tanh,
  type TensorModule,
} from '@evenkeel/nn-layers';
import type { Tensor } from '@evenkeel/tensor';

const norms = {
  none: () => [],
  batch: (features: number) => [new BatchNorm1d(features)],
  layer: (features: number) => [new LayerNorm(features)],
} as const;

const activations = { relu: ReLU, gelu: GELU, silu: SiLU, tanh: Tanh } as const;

export interface MLPOptions {
  /** Features of each hidden layer, any number of them (default `[256]`). */
  hidden?: readonly number[];
  /** What stands between a hidden layer's matrix and its activation (default `none`); `batch` takes inputs `[N, inFeatures]`. */
  norm?: keyof typeof norms;
  /** Default `relu`. */
  activation?: keyof typeof activations;
  /** Probability of dropout after each activation (default 0). */
  dropout?: number;
}

/**
 * A multilayer perceptron: for each hidden layer Linear, norm, activation, dropout; then one Linear more.
 *
 * Input `[..., inFeatures]`, output `[..., outFeatures]`. The layers are `layers.0`, `layers.1`, … as in a Sequential.
 *
 * ```ts
 * const model = new MLP(4, 3, { hidden: [16, 16], norm: 'layer' });
 * console.log(model.call(randn([2, 4])).shape); // prints [ 2, 3 ]
 * ```
 */
export class MLP extends Module {
  layers: Sequential;

  constructor(inFeatures: number, outFeatures: number, options: MLPOptions = {}) {
    super();
    const { hidden = [256], norm = 'none', activation = 'relu', dropout = 0 } = options;
    const layers: TensorModule[] = [];
    let features = inFeatures;
    for (const next of hidden) {
      layers.push(new Linear(features, next), ...norms[norm](next), new activations[activation]());
      if (dropout > 0) layers.push(new Dropout(dropout));
      features = next;
    }
    this.layers = new Sequential(...layers, new Linear(features, outFeatures));
  }

  override forward(input: Tensor): Tensor {
    return this.layers.call(input);
  }
}
