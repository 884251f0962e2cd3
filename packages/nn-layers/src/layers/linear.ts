import { Parameter, type Tensor, zeros } from '@evenkeel/tensor';
import { linear } from '../functional/linear.ts';
import { uniform_ } from '../init/random.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface LinearOptions {
  /** Whether a bias is added (default true). */
  bias?: boolean;
}

/**
 * y = x Wᵀ + b; `torch.nn.Linear`.
 *
 * Input `[..., in]`, output `[..., out]`. `weight [out, in]` and `bias [out]` (unless told otherwise) start as
 * U(−1/√in, 1/√in).
 *
 * ```ts
 * const layer = new Linear(2, 1);
 * layer.loadStateDict({ weight: tensor([[1, 2]]), bias: tensor([3]) });
 * console.log(await layer.call(tensor([10, 20])).tolist()); // prints [ 53 ]
 * ```
 *
 * @throws ConfigError for sizes that are not positive
 * @throws ShapeError at the call when the input's last dimension is not `inFeatures`
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkSizes('Linear', { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, inFeatures]));
    if (options.bias ?? true) this.bias = new Parameter(zeros([outFeatures]));
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    // What `kaimingUniform_` with a = √5 draws, which is 1/√in but for rounding; without the table of all gains.
    const spread = Math.sqrt(3) * (Math.sqrt(2 / (1 + Math.sqrt(5) ** 2)) / Math.sqrt(this.inFeatures));
    uniform_(this.weight, { low: -spread, high: spread });
    const bound = 1 / Math.sqrt(this.inFeatures);
    if (this.bias) uniform_(this.bias, { low: -bound, high: bound });
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}
