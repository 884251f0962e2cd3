import type { Tensor } from '@evenkeel/tensor';
import { dropout } from '../functional/dropout.ts';
import { Module } from '../module/module.ts';
import { checkProbability } from '../module/size-check.ts';

/**
 * In training, sets each element to zero with probability `p` and divides the others by 1 − p; in evaluation, returns
 * its input; `torch.nn.Dropout`. Draws from the default generator. Any shape.
 *
 * Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting.
 *
 * @throws ConfigError unless 0 ≤ p ≤ 1
 */
export class Dropout extends Module {
  /** May be changed between calls. */
  p: number;

  constructor(p = 0.5) {
    super();
    checkProbability('Dropout', p);
    this.p = p;
  }

  override forward(input: Tensor): Tensor {
    return dropout(input, { p: this.p, training: this.training });
  }
}
