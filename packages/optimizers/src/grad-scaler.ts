import { ConfigError, StateDictError } from '@evenkeel/errors';
import {
  hostEffect,
  isfinite,
  liveNumber,
  logicalAnd,
  noGrad,
  persistent,
  Tensor,
  tensor,
  where,
} from '@evenkeel/tensor';
import { withGradient } from './clip-grad.ts';
import { joined } from './global-norm.ts';
import { GuardedStep } from './guarded-step.ts';
import type { Slot } from './slot.ts';
import type { OptimizerStateDict } from './state-dict.ts';

export interface GradScalerOptions {
  /** What losses are multiplied with at first, 65536. */
  initScale?: number;
  /** What the scale is multiplied with after `growthInterval` steps in a row whose gradients were finite, 2. */
  growthFactor?: number;
  /** What the scale is multiplied with after a step whose gradients were not, 0.5. */
  backoffFactor?: number;
  /** 2000. */
  growthInterval?: number;
  /** False has it do nothing: `scale` gives what it got, `step` takes every step. */
  enabled?: boolean;
}

/** A scaler as a checkpoint holds it, under PyTorch's names; that of a disabled one is empty. */
export interface GradScalerStateDict {
  scale?: Tensor | number;
  growth_factor?: number;
  backoff_factor?: number;
  growth_interval?: number;
  /** Steps in a row whose gradients were finite, since the scale was last changed. */
  _growth_tracker?: Tensor | number;
}

/** What a scaler needs of an optimizer; all of this package have it. */
export interface ScalableOptimizer {
  readonly name: string;
  readonly paramGroups: readonly { params: Tensor[] }[];
  step(Kind?: typeof Slot): void;
  stateDict(): OptimizerStateDict;
}

/** How far the present step is with one optimizer. */
interface Progress {
  stage: 'begun' | 'unscaled' | 'stepped';
  /** Whether all gradients are finite. */
  readonly finite: Tensor;
}

/**
 * Multiplies losses with a scale under which small gradients survive in float16, and follows it up: a step whose gradients overflow is
 * skipped and the scale halved, after 2000 good ones it is doubled; `torch.amp.GradScaler` (Micikevicius et al. 2018).
 *
 * Nothing is read from the device: it decides itself whether a step counts. A skipped one leaves parameters, state and step counters as they
 * were, to the bit. Inside `compile` a step with a scaler is one program still; `unscale_`, `step` and
 * `update` of a step go into the same function. The optimizer's step counts are scalar tensors from then on.
 *
 * ```ts
 * const scaler = new GradScaler();
 * const optimizer = new SGD([weight], { lr: 0.5 }); // weight is 3
 * for (const factor of [1, Infinity, 1]) {
 *   optimizer.zeroGrad();
 *   scaler.scale(weight.mul(factor)).backward();
 *   scaler.unscale_(optimizer); // only to clip, or to look at gradients
 *   scaler.step(optimizer);
 *   scaler.update();
 * }
 * console.log(await weight.item(), await scaler.getScale()); // prints 2 32768
 * ```
 *
 * @throws ConfigError for a growth factor that is not over 1, a backoff factor that is not in (0, 1), a scale that is not positive
 */
export class GradScaler {
  readonly enabled: boolean;
  growthFactor: number;
  backoffFactor: number;
  growthInterval: number;
  readonly #initScale: number;
  readonly #progress = new Map<ScalableOptimizer, Progress>();
  #tensors: { readonly scale: Tensor; readonly tracker: Tensor } | undefined;

  constructor(options: GradScalerOptions = {}) {
    const { initScale = 65536, growthFactor = 2, backoffFactor = 0.5, growthInterval = 2000, enabled = true } = options;
    this.enabled = enabled;
    this.#initScale = initScale;
    this.growthFactor = growthFactor;
    this.backoffFactor = backoffFactor;
    this.growthInterval = growthInterval;
    requireOption('initScale', initScale, initScale > 0 && initScale < Infinity, 'a finite number > 0');
    requireOption('growthFactor', growthFactor, growthFactor > 1 && growthFactor < Infinity, 'a finite number > 1');
    requireOption('backoffFactor', backoffFactor, backoffFactor > 0 && backoffFactor < 1, 'a number in (0, 1)');
    requireOption(
      'growthInterval',
      growthInterval,
      Number.isInteger(growthInterval) && growthInterval > 0,
      'an integer > 0',
    );
  }

  /** Losses times the scale: one, or a list of them. */
  scale(loss: Tensor): Tensor;
  scale(losses: readonly Tensor[]): Tensor[];
  scale(losses: Tensor | readonly Tensor[]): Tensor | readonly Tensor[] {
    if (!(losses instanceof Tensor)) return losses.map((loss) => this.scale(loss));
    return this.enabled ? losses.mul(this.#state.scale) : losses;
  }

  /**
   * Divides the gradients of an optimizer's parameters by the scale, so that they can be clipped or looked at. `step` does it where it has not
   * been done.
   *
   * @throws ConfigError where it has been done in this step, or no parameter has a gradient
   */
  unscale_(optimizer: ScalableOptimizer): void {
    if (!this.enabled) return;
    const progress = this.#progressOf(optimizer);
    requireStage(progress, optimizer, 'unscale_', ['begun']);
    const owners = withGradient(optimizer.paramGroups.flatMap(({ params }) => params));
    if (owners.length === 0) {
      throw new ConfigError('there are no gradients to unscale', {
        doing: `unscaling the gradients of ${optimizer.name}`,
        remedy: 'call scaler.scale(loss).backward() before',
      });
    }
    const gradients = noGrad(() => {
      const inverse = this.#state.scale.reciprocal();
      return owners.map(({ gradient }) => gradient.mul(inverse.to(gradient.dtype)));
    });
    owners.forEach(({ parameter }, i) => {
      parameter.grad = gradients[i];
    });
    noGrad(() => progress.finite.assign(isfinite(joined(gradients)).all()));
    this.#reach(progress, 'unscaled');
  }

  /**
   * Takes the optimizer's step where all gradients are finite; else nothing changes.
   *
   * @throws ConfigError where it was taken since the last `update()`
   */
  step(optimizer: ScalableOptimizer): void {
    if (!this.enabled) {
      optimizer.step();
      return;
    }
    const progress = this.#progressOf(optimizer);
    requireStage(progress, optimizer, 'step', ['begun', 'unscaled']);
    if (progress.stage === 'begun') this.unscale_(optimizer);
    const guarded = new GuardedStep(optimizer, progress.finite);
    optimizer.step(guarded.Kind);
    guarded.count();
    this.#reach(progress, 'stepped');
  }

  /**
   * Ends a step: a smaller scale where gradients of any optimizer were not finite, a larger one after `growthInterval` good steps. A scale
   * that would become infinite stays.
   *
   * @param newScale the scale from here on, instead
   * @throws ConfigError where no optimizer's gradients were looked at
   */
  update(newScale?: number | Tensor): void {
    if (!this.enabled) return;
    const { scale, tracker } = this.#state;
    const looked = [...this.#progress.values()].filter(({ stage }) => stage !== 'begun');
    if (newScale !== undefined) scale.assign(newScale);
    else if (looked.length === 0)
      throw outOfOrder('update', 'no gradients were looked at', 'call scaler.step(optimizer) before');
    else {
      const host = (produce: () => number) => liveNumber(produce, 'float32');
      noGrad(() => {
        const areFinite = looked.map(({ finite }) => finite).reduce((all, finite) => logicalAnd(all, finite));
        const count = tracker.add(1);
        const isDue = count.ge(host(() => this.growthInterval));
        const grown = scale.mul(host(() => this.growthFactor));
        const raised = where(logicalAnd(isDue, isfinite(grown)), grown, scale);
        const backedOff = scale.mul(host(() => this.backoffFactor));
        const kept = where(isDue, 0, count);
        scale.assign(where(areFinite, raised, backedOff));
        tracker.assign(where(areFinite, kept, 0));
      });
    }
    for (const progress of looked) this.#reach(progress, 'begun');
  }

  /** The scale as it stands: the one place where something is read. 1 of a disabled scaler. */
  async getScale(): Promise<number> {
    return this.enabled ? this.#state.scale.item() : 1;
  }

  /** The tensors are the scaler's own, not copies. */
  stateDict(): GradScalerStateDict {
    if (!this.enabled) return {};
    const { scale, tracker } = this.#state;
    const { growthFactor, backoffFactor, growthInterval } = this;
    return {
      scale,
      growth_factor: growthFactor,
      backoff_factor: backoffFactor,
      growth_interval: growthInterval,
      _growth_tracker: tracker,
    };
  }

  /**
   * Takes up the state of `stateDict()`, copying the tensors. A step that was begun is begun anew.
   *
   * @throws StateDictError for the state of a disabled scaler, or one that is incomplete
   */
  loadStateDict(dict: GradScalerStateDict): void {
    if (!this.enabled) return;
    const { scale, growth_factor, backoff_factor, growth_interval, _growth_tracker } = dict;
    if (
      scale === undefined ||
      growth_factor === undefined ||
      backoff_factor === undefined ||
      growth_interval === undefined ||
      _growth_tracker === undefined
    ) {
      throw new StateDictError('this is not the state of a GradScaler that was enabled', {
        doing: 'loading the state of a GradScaler',
        got: `the keys ${Object.keys(dict).join(', ') || '(none)'}`,
        expected: 'scale, growth_factor, backoff_factor, growth_interval, _growth_tracker',
      });
    }
    const state = this.#state;
    state.scale.assign(scale);
    state.tracker.assign(_growth_tracker);
    this.growthFactor = growth_factor;
    this.backoffFactor = backoff_factor;
    this.growthInterval = growth_interval;
    for (const progress of this.#progress.values()) progress.stage = 'begun';
  }

  /** Made when it is first needed: on the backend that is used then. */
  get #state(): { readonly scale: Tensor; readonly tracker: Tensor } {
    this.#tensors ??= {
      scale: persistent(() => tensor(this.#initScale, { dtype: 'float32' })),
      tracker: persistent(() => tensor(0, { dtype: 'float32' })),
    };
    return this.#tensors;
  }

  #progressOf(optimizer: ScalableOptimizer): Progress {
    let progress = this.#progress.get(optimizer);
    if (!progress) {
      progress = { stage: 'begun', finite: persistent(() => tensor(true)) };
      this.#progress.set(optimizer, progress);
    }
    return progress;
  }

  #reach(progress: Progress, stage: Progress['stage']): void {
    hostEffect(() => {
      progress.stage = stage;
    });
  }
}

function requireOption(name: string, value: number, holds: boolean, expected: string): void {
  if (holds) return;
  throw new ConfigError(`${name} is out of range for GradScaler`, {
    doing: 'building a GradScaler',
    got: `${name} = ${value}`,
    expected,
  });
}

function requireStage(
  { stage }: Progress,
  { name }: ScalableOptimizer,
  what: string,
  allowed: Progress['stage'][],
): void {
  if (allowed.includes(stage)) return;
  throw outOfOrder(what, `${name} was ${stage} already`, 'call scaler.update() at the end of each step');
}

function outOfOrder(what: string, got: string, remedy: string): ConfigError {
  return new ConfigError(`${what} of a GradScaler was called out of order`, {
    got: `${got} since the last update()`,
    expected: 'scale, unscale_ if gradients are clipped, step, update',
    remedy,
  });
}
