import { div, hostGuard, where } from '@evenkeel/tensor';
import { Optimizer } from '../optimizer.ts';
import type { Parameters } from '../parameter-group.ts';
import { chain, perParameter, type Transform } from '../transform.ts';
import { addDecayedWeights } from '../transforms/add-decayed-weights.ts';

export type ASGDOptions = {
  /** Learning rate, 1e-2. */
  lr: number;
  /** Decay term, 1e-4. */
  lambd: number;
  /** Power by which the rate falls, 0.75. */
  alpha: number;
  /** Step from which the parameters are averaged, 1e6. */
  t0: number;
  /** L2 penalty, 0. */
  weightDecay: number;
  maximize: boolean;
};

const defaults: ASGDOptions = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false };

/**
 * `-eta · (g + lambd · p)`, and the running average `ax` of the parameters from step `t0` on. `eta` is `lr` in the first step and
 * computed at the end of each for the next, `lr / (1 + lambd · lr · step)^alpha`: as in PyTorch a changed rate is felt a step
 * late. State: `step`, `eta`, `mu` (the average's weight for the next step), `ax`.
 */
export function averagedDescent(): Transform {
  return perParameter(
    (gradient, slot) => {
      const { lambd, alpha, t0 } = { ...defaults, ...slot.group };
      const lr = () => slot.group.lr ?? defaults.lr;
      const { parameter } = slot;
      // The rate and the weight of the average are those that the step before left behind.
      const { device } = slot;
      const eta = device ? device.number('eta', lr()).neg() : slot.live('asgd eta', () => -slot.number('eta', lr()));
      const update = gradient.add(parameter.mul(lambd)).mul(eta);
      const moved = parameter.add(update);
      const average = slot.tensor('ax');
      if (device) {
        const mu = device.number('mu', 1);
        slot.store('ax', where(mu.eq(1), moved, average.add(moved.sub(average).mul(mu))));
        const rate = slot.live('asgd rate', lr);
        device.advance('eta', 0, () => div(rate, device.step.mul(rate).mul(lambd).add(1).pow(alpha)));
        device.advance('mu', 1, () => div(1, device.step.sub(t0).clamp({ min: 1 })));
        return update;
      }
      const isFirst = hostGuard(() => slot.number('mu', 1) === 1);
      const mu = slot.live('asgd mu', () => slot.number('mu', 1));
      slot.store('ax', isFirst ? moved : average.add(moved.sub(average).mul(mu)));
      slot.advance('eta', 0, () => lr() / (1 + lambd * lr() * slot.step) ** alpha);
      slot.advance('mu', 1, () => 1 / Math.max(1, slot.step - t0));
      return update;
    },
    { usesStep: true },
  );
}

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky 1992), as `torch.optim.ASGD`; a rate that changes between two
 * steps, by a schedule too, counts from the second step after, as there.
 *
 * ```ts
 * const optimizer = new ASGD([weight], { lr: 0.1 }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.400
 * ```
 */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(parameters: Parameters<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super(parameters, { name: 'ASGD', transform: chain(addDecayedWeights(), averagedDescent()), defaults }, options);
  }
}
