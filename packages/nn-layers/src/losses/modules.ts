import type { Tensor } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';
import { type CrossEntropyOptions, crossEntropy, type NllLossOptions, nllLoss } from './cross-entropy.ts';
import type { ReductionOptions } from './reduction.ts';
import { mseLoss } from './regression.ts';

/** Cross-entropy of logits as a module, see `crossEntropy`; `weight` is a buffer; `torch.nn.CrossEntropyLoss`. */
export class CrossEntropyLoss extends Module {
  readonly options: Omit<CrossEntropyOptions, 'weight'>;
  declare weight: Tensor | undefined;

  constructor(options: CrossEntropyOptions = {}) {
    super();
    const { weight, ...rest } = options;
    this.options = rest;
    if (weight) this.registerBuffer('weight', weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Negative log-likelihood as a module, see `nllLoss`; `weight` is a buffer; `torch.nn.NLLLoss`. */
export class NLLLoss extends Module {
  readonly options: Omit<NllLossOptions, 'weight'>;
  declare weight: Tensor | undefined;

  constructor(options: NllLossOptions = {}) {
    super();
    const { weight, ...rest } = options;
    this.options = rest;
    if (weight) this.registerBuffer('weight', weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Squared error as a module, see `mseLoss`; `torch.nn.MSELoss`. */
export class MSELoss extends Module {
  readonly options: ReductionOptions;

  constructor(options: ReductionOptions = {}) {
    super();
    this.options = options;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}
