import { binaryCrossEntropyWithLogits, Linear, Module, type TensorModule } from '@evenkeel/nn-layers';
import { randn, scope, type Tensor } from '@evenkeel/tensor';
import { MLP } from './mlp.ts';

export interface VAEOptions {
  /** Features of the encoder's hidden layers; the decoder has them in reverse order (default `[400]`). */
  hidden?: readonly number[];
  /** Dimensions of the latent space (default 20). */
  latent?: number;
}

/** What a VAE makes of a batch. */
export interface VAEOutput {
  /** Logits of the reconstruction, of the input's shape; its probabilities are their sigmoid. */
  reconstruction: Tensor;
  /** `[N, latent]` */
  mean: Tensor;
  /** `[N, latent]` */
  logVariance: Tensor;
}

/**
 * A variational autoencoder of values in [0, 1] with a normal latent space; encoder and decoder are MLPs with ReLU.
 *
 * Input `[N, features]`. Kingma and Welling 2014, Auto-encoding variational Bayes. Train with `vaeLoss`; draw new
 * samples with `sample`. Parameters: `encoder.*`, `mean`, `log_variance`, `decoder.*`.
 *
 * ```ts
 * const model = new VAE(64, { hidden: [32], latent: 2 });
 * const images = rand([8, 64]);
 * vaeLoss(model.call(images), images).backward();
 * console.log(model.sample(3).shape); // prints [ 3, 64 ]
 * ```
 */
export class VAE extends Module {
  readonly latent: number;
  encoder: TensorModule;
  mean: Linear;
  log_variance: Linear;
  decoder: TensorModule;

  constructor(features: number, options: VAEOptions = {}) {
    super();
    const { hidden = [400], latent = 20 } = options;
    const encoded = hidden.at(-1) ?? features;
    this.latent = latent;
    this.encoder = new MLP(features, encoded, { hidden: hidden.slice(0, -1) });
    this.mean = new Linear(encoded, latent);
    this.log_variance = new Linear(encoded, latent);
    this.decoder = new MLP(latent, features, { hidden: hidden.toReversed() });
  }

  override forward(input: Tensor): VAEOutput {
    return scope(() => {
      const { mean, logVariance } = this.encode(input);
      // In evaluation the mean stands for the distribution, so that a reconstruction does not change from call to call.
      const point = this.training
        ? mean.add(randn(mean.shape, { dtype: mean.dtype }).mul(logVariance.mul(0.5).exp()))
        : mean;
      return { reconstruction: this.decoder.call(point), mean, logVariance };
    });
  }

  /** Mean and logarithm of the variance of each input's place in the latent space. */
  encode(input: Tensor): { mean: Tensor; logVariance: Tensor } {
    return scope(() => {
      const hidden = this.encoder.call(input).relu();
      return { mean: this.mean.call(hidden), logVariance: this.log_variance.call(hidden) };
    });
  }

  /** Probabilities `[count, features]` decoded from points drawn from the latent space. */
  sample(count: number): Tensor {
    return scope(() => this.decoder.call(randn([count, this.latent])).sigmoid());
  }
}

/**
 * The negative evidence lower bound, a mean over the batch: −log p(input | z) summed over the features, plus `beta` times
 * the divergence from the standard normal, −½ Σ (1 + log σ² − μ² − σ²).
 *
 * Kingma and Welling 2014, equation 10 and appendix B; `beta` (default 1): Higgins et al. 2017.
 *
 * @param input the values in [0, 1] that were reconstructed
 */
export function vaeLoss(output: VAEOutput, input: Tensor, options: { beta?: number } = {}): Tensor {
  const { reconstruction, mean, logVariance } = output;
  return scope(() => {
    const misfit = binaryCrossEntropyWithLogits(reconstruction, input, { reduction: 'sum' });
    const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum().mul(0.5);
    return misfit.add(divergence.mul(options.beta ?? 1)).div(input.shape[0] ?? 1);
  });
}
