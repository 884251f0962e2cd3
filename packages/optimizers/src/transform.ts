import { scope, type Tensor } from '@evenkeel/tensor';
import type { Slot } from './slot.ts';

/** One parameter's share of a transform: takes the update so far, gives the next one. */
export type Update = (update: Tensor, slot: Slot) => Tensor;

/**
 * A step of an optimizer's arithmetic, as in optax: it takes what the transform before it made of the gradients and
 * gives what the parameters are to move by. The last one's result is added to the parameters.
 *
 * Write most of them with `perParameter`. One that must see all parameters at once (clipping by the global norm)
 * gives `updateAll` alone.
 */
export interface Transform {
  readonly updateAll: (updates: readonly Tensor[], slots: readonly Slot[]) => Tensor[];
  /** Present where parameters do not depend on each other, so that a chain can finish one before the next. */
  readonly update?: Update | undefined;
  /** Whether `slot.step` must count (and `step` stand in the state dict). */
  readonly usesStep?: boolean | undefined;
}

/** A transform that treats each parameter on its own. Its temporaries go as soon as the parameter is done. */
export function perParameter(update: Update, options?: { usesStep?: boolean }): Transform {
  return {
    update,
    updateAll: (updates, slots) => updates.map((each, index) => scope(() => update(each, slots[index]!))),
    ...options,
  };
}

/**
 * Puts transforms one after the other: `chain(clipByGlobalNorm(1), scaleByAdam(), scaleByLearningRate())`.
 *
 * Neighbors made with `perParameter` run together, parameter by parameter.
 */
export function chain(...transforms: readonly Transform[]): Transform {
  const usesStep = transforms.some((transform) => transform.usesStep);
  const stages: Transform[] = [];
  for (const transform of transforms) {
    const first = stages.at(-1)?.update;
    const second = transform.update;
    if (first && second) stages[stages.length - 1] = perParameter((each, slot) => second(first(each, slot), slot));
    else stages.push(transform);
  }
  const only = stages.length === 1 ? stages[0] : undefined;
  if (only?.update) return perParameter(only.update, { usesStep });
  return {
    updateAll: (updates, slots) => stages.reduce<Tensor[]>((so, stage) => stage.updateAll(so, slots), [...updates]),
    usesStep,
  };
}
