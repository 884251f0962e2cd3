import { ConfigError, ShapeError } from '@evenkeel/errors';
import { cat, logicalAnd, scope, type Tensor, where } from '@evenkeel/tensor';
import { Linear } from '../layers/linear.ts';
import { ModuleList, Sequential } from '../module/containers.ts';
import { Module } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';

export interface AdaptiveLogSoftmaxOptions {
  /** Cluster i works with `inFeatures / divValue^(i + 1)` features (default 4). */
  divValue?: number;
  /** Whether the head has a bias (default false). */
  headBias?: boolean;
}

/**
 * Softmax over many classes sorted by how frequent they are: the head knows the frequent ones and clusters of rarer
 * ones, each cluster with fewer features; `torch.nn.AdaptiveLogSoftmaxWithLoss`. Grave et al. 2017.
 *
 * Input `[N, in]` or `[in]`, target int32 `[N]` or `[]`; gives `output`, the log-probability of each target, and
 * `loss`, the mean of −output. log P(class) = log P(cluster) + log P(class | cluster). Parameters
 * `head.weight [cutoffs[0] + clusters, in]`, `tail.i.0.weight [features, in]`, `tail.i.1.weight [classes, features]`,
 * each started as `Linear` does. Every cluster is computed for every sample, so it saves parameters but, unlike
 * PyTorch's, no time.
 *
 * ```ts
 * const softmax = new AdaptiveLogSoftmaxWithLoss(4, 3, [1]); // class 0, and a cluster of classes 1 and 2
 * for (const weight of softmax.parameters()) init.zeros_(weight);
 * const { output } = softmax.call(ones([2, 4]), tensor([0, 2], { dtype: 'int32' }));
 * console.log(Array.from(await output.exp().data(), (p) => p.toFixed(2))); // prints [ '0.50', '0.25' ]
 * ```
 *
 * @throws ConfigError unless the cutoffs ascend from over 0 to below the number of classes
 * @throws ShapeError at the call when input and target do not fit
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** The first class of each cluster, and the number of classes. */
  readonly cutoffs: readonly number[];
  head: Linear;
  tail: ModuleList<Sequential>;

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    options: AdaptiveLogSoftmaxOptions = {},
  ) {
    super();
    const { divValue = 4, headBias = false } = options;
    checkSizes('AdaptiveLogSoftmaxWithLoss', { inFeatures, nClasses });
    const ascends = cutoffs.every((cutoff, index) => Number.isInteger(cutoff) && cutoff > (cutoffs[index - 1] ?? 0));
    if (cutoffs.length === 0 || !ascends || (cutoffs.at(-1) as number) >= nClasses) {
      throw new ConfigError('the cutoffs do not divide the classes', {
        doing: 'making an AdaptiveLogSoftmaxWithLoss',
        got: `cutoffs ${cutoffs.join(', ')} of ${nClasses} classes`,
        expected: `ascending whole numbers from 1 to ${nClasses - 1}`,
      });
    }
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.head = new Linear(inFeatures, (cutoffs[0] as number) + cutoffs.length, { bias: headBias });
    this.tail = new ModuleList(
      cutoffs.map((first, index) => {
        const features = Math.floor(inFeatures / divValue ** (index + 1));
        const classes = (this.cutoffs[index + 1] as number) - first;
        return new Sequential(
          new Linear(inFeatures, features, { bias: false }),
          new Linear(features, classes, { bias: false }),
        );
      }),
    );
  }

  /** Draws every weight anew. */
  resetParameters(): void {
    for (const module of this.modules()) if (module instanceof Linear) module.resetParameters();
  }

  /**
   * @param input `[N, in]` or `[in]`
   * @param target int32 classes `[N]` or `[]`
   * @returns the log-probability of each target, and the mean of what they cost
   */
  override forward(input: Tensor, target: Tensor): { output: Tensor; loss: Tensor } {
    if (input.shape.at(-1) !== this.inFeatures || target.shape.join() !== input.shape.slice(0, -1).join()) {
      throw new ShapeError('input and target do not fit', {
        op: 'AdaptiveLogSoftmaxWithLoss',
        got: `input [${input.shape.join(', ')}], target [${target.shape.join(', ')}]`,
        expected: `[N, ${this.inFeatures}] and [N], or both without N`,
      });
    }
    return scope(() => {
      const head = this.head.call(input).logSoftmax(-1);
      const shortlist = this.cutoffs[0] as number;
      const at = (values: Tensor, index: Tensor): Tensor => values.gather(-1, index.unsqueeze(-1)).squeeze(-1);
      // A class of a cluster is looked up in the head as that cluster's entry.
      let entry = target;
      let within = target.mul(0).to(input.dtype);
      for (const [index, cluster] of [...this.tail].entries()) {
        const [first, end] = this.cutoffs.slice(index, index + 2) as [number, number];
        const inCluster = logicalAnd(target.ge(first), target.lt(end));
        entry = where(inCluster, shortlist + index, entry);
        const own = at(cluster.call(input).logSoftmax(-1), where(inCluster, target.sub(first), 0));
        within = where(inCluster, own, within);
      }
      const output = at(head, entry).add(within);
      return { output, loss: output.mean().neg() };
    });
  }

  /** The log-probabilities of all classes: `[N, in]` to `[N, nClasses]`. */
  logProb(input: Tensor): Tensor {
    return scope(() => {
      const head = this.head.call(input).logSoftmax(-1);
      const shortlist = this.cutoffs[0] as number;
      const clusters = [...this.tail].map((cluster, index) =>
        cluster
          .call(input)
          .logSoftmax(-1)
          .add(head.narrow(-1, shortlist + index, 1)),
      );
      return cat([head.narrow(-1, 0, shortlist), ...clusters], -1);
    });
  }

  /** The most probable class of each sample: `[N, in]` to int32 `[N]`. */
  predict(input: Tensor): Tensor {
    return scope(() => this.logProb(input).argmax(-1));
  }
}
