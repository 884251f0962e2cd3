import type { Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';

interface WeightOptions {
  weight?: Tensor;
  posWeight?: Tensor;
}

/**
 * The base of the losses as modules: each is the function of the same name with its options kept. The tensors among the
 * options are the buffers `weight` and `pos_weight`, as in PyTorch.
 */
export abstract class Loss<Options extends object> extends Module {
  private readonly numbers: Omit<Options, keyof WeightOptions>;
  declare weight: Tensor | undefined;
  declare pos_weight: Tensor | undefined;

  constructor(options?: Options) {
    super();
    const { weight, posWeight, ...numbers } = (options ?? {}) as Options & WeightOptions;
    this.numbers = numbers;
    if (weight) this.registerBuffer('weight', weight);
    if (posWeight) this.registerBuffer('pos_weight', posWeight);
  }

  protected get options(): Options {
    return { ...this.numbers, weight: this.weight, posWeight: this.pos_weight } as unknown as Options;
  }
}
