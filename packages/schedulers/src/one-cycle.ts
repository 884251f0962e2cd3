import { ConfigError } from '@evenkeel/errors';
import { checkOptions, fraction, oneOf, optional, positive, positiveInteger, yesOrNo } from './check-options.ts';
import { halfCosine } from './cosine.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface OneCycleLROptions {
  /** The largest rate, at the top of the cycle. */
  maxLr: number;
  /** Steps of the whole cycle. Or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** The part of the cycle that rises. Default: 0.3. */
  pctStart?: number;
  /** The form of each phase. Default: `'cos'`. */
  annealStrategy?: 'cos' | 'linear';
  /** Whether momentum moves against the rate. Default: true. */
  cycleMomentum?: boolean;
  /** Momentum at the top of the cycle. Default: 0.85. */
  baseMomentum?: number;
  /** Momentum at its ends. Default: 0.95. */
  maxMomentum?: number;
  /** The first rate is `maxLr / divFactor`. Default: 25. */
  divFactor?: number;
  /** The last rate is the first one divided by this. Default: 10000. */
  finalDivFactor?: number;
  /** Whether to come down as slowly as it went up, and then on to the last rate. Default: false. */
  threePhase?: boolean;
}

interface Phase {
  end: number;
  lr: readonly [number, number];
  momentum: readonly [number, number];
}

/**
 * One cycle up to `maxLr` and down to almost nothing, momentum the other way round (PyTorch's OneCycleLR; Smith and
 * Topin, arXiv:1708.07120). It has steps 0 to `totalSteps`; at `totalSteps` PyTorch runs on beyond the last rate by one
 * step, and so does this.
 *
 * ```ts
 * const schedule = oneCycleLR({ maxLr: 1, totalSteps: 101, pctStart: 0.5, annealStrategy: 'linear' });
 * console.log([0, 49.5, 100].map((step) => schedule(step).lr.toFixed(6)).join(' ')); // prints 0.040000 1.000000 0.000004
 * console.log(schedule(0).momentum, schedule(49.5).momentum); // prints 0.95 0.85
 * ```
 *
 * @throws ConfigError for options out of range, and when asked for a step beyond `totalSteps`
 */
export function oneCycleLR(options: OneCycleLROptions): Schedule {
  checkOptions('oneCycleLR', options, {
    maxLr: positive,
    totalSteps: optional(positiveInteger),
    epochs: optional(positiveInteger),
    stepsPerEpoch: optional(positiveInteger),
    pctStart: optional(fraction),
    annealStrategy: optional(oneOf('cos', 'linear')),
    cycleMomentum: optional(yesOrNo),
    baseMomentum: optional(fraction),
    maxMomentum: optional(fraction),
    divFactor: optional(positive),
    finalDivFactor: optional(positive),
    threePhase: optional(yesOrNo),
  });
  const { annealStrategy = 'cos', cycleMomentum = true } = options;
  const totalSteps = stepsOf(options);
  const phases = phasesOf(options, totalSteps);
  const anneal = annealStrategy === 'cos' ? halfCosine : straightLine;
  return schedule((step) => {
    if (step > totalSteps) throw beyondTheEnd(step, totalSteps);
    const found = phases.findIndex((phase) => step <= phase.end);
    const index = found === -1 ? phases.length - 1 : found;
    const phase = phases[index]!;
    const start = phases[index - 1]?.end ?? 0;
    const progress = phase.end > start ? (step - start) / (phase.end - start) : 1;
    const lr = anneal(...phase.lr, progress);
    return cycleMomentum ? { lr, momentum: anneal(...phase.momentum, progress) } : { lr };
  });
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) return totalSteps;
  if (epochs !== undefined && stepsPerEpoch !== undefined) return epochs * stepsPerEpoch;
  throw new ConfigError('oneCycleLR needs to know how long it is', {
    expected: 'the option "totalSteps", or both "epochs" and "stepsPerEpoch"',
  });
}

function phasesOf(options: OneCycleLROptions, totalSteps: number): readonly Phase[] {
  const { maxLr, pctStart = 0.3, baseMomentum = 0.85, maxMomentum = 0.95 } = options;
  const { divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
  const firstLr = maxLr / divFactor;
  const lastLr = firstLr / finalDivFactor;
  const top = pctStart * totalSteps - 1;
  const end = totalSteps - 1;
  const up: Phase = { end: top, lr: [firstLr, maxLr], momentum: [maxMomentum, baseMomentum] };
  if (!threePhase) return [up, { end, lr: [maxLr, lastLr], momentum: [baseMomentum, maxMomentum] }];
  const down: Phase = {
    end: 2 * pctStart * totalSteps - 2,
    lr: [maxLr, firstLr],
    momentum: [baseMomentum, maxMomentum],
  };
  return [up, down, { end, lr: [firstLr, lastLr], momentum: [maxMomentum, maxMomentum] }];
}

function straightLine(from: number, to: number, progress: number): number {
  return (to - from) * progress + from;
}

function beyondTheEnd(step: number, totalSteps: number): ConfigError {
  return new ConfigError('oneCycleLR is over', {
    got: `step ${step} of a cycle of ${totalSteps}`,
    remedy: `train for ${totalSteps} steps, or make totalSteps as many as you train for`,
  });
}
