import {
  callable,
  checkOptions,
  finite,
  fraction,
  notNegative,
  oneOf,
  optional,
  positive,
  positiveInteger,
  yesOrNo,
} from './check-options.ts';
import { type Schedule, schedule } from './schedule.ts';

export interface CyclicLROptions {
  /** The smallest rate, at which every cycle starts and ends. */
  baseLr: number;
  /** The largest rate of the first cycle. */
  maxLr: number;
  /** Steps of the rising half. Default: 2000. */
  stepSizeUp?: number;
  /** Steps of the falling half. Default: as many as rise. */
  stepSizeDown?: number;
  /** How the height of the cycles changes: not, halved by each, or `gamma^step`. Default: `'triangular'`. */
  mode?: 'triangular' | 'triangular2' | 'exp_range';
  /** The base of `'exp_range'`. Default: 1. */
  gamma?: number;
  /** The height as a function of the cycle (from 1) or the step; replaces `mode`. */
  scaleFn?: (position: number) => number;
  /** What `scaleFn` is given. Default: `'cycle'`. */
  scaleMode?: 'cycle' | 'iterations';
  /** Whether momentum moves against the rate. Default: true. */
  cycleMomentum?: boolean;
  /** Momentum at the top of the first cycle. Default: 0.8. */
  baseMomentum?: number;
  /** Momentum at the foot of every cycle. Default: 0.9. */
  maxMomentum?: number;
}

/**
 * Up and down between `baseLr` and `maxLr` along straight lines, momentum the other way round (PyTorch's CyclicLR;
 * Smith, arXiv:1506.01186).
 *
 * ```ts
 * const schedule = cyclicLR({ baseLr: 0, maxLr: 1, stepSizeUp: 4, mode: 'triangular2' });
 * console.log([0, 2, 4, 8, 12].map((step) => schedule(step).lr)); // prints [ 0, 0.5, 1, 0, 0.5 ]
 * console.log(schedule(0).momentum, schedule(4).momentum); // prints 0.9 0.8
 * ```
 *
 * @throws ConfigError for options out of range
 */
export function cyclicLR(options: CyclicLROptions): Schedule {
  checkOptions('cyclicLR', options, {
    baseLr: notNegative,
    maxLr: positive,
    stepSizeUp: optional(positiveInteger),
    stepSizeDown: optional(positiveInteger),
    mode: optional(oneOf('triangular', 'triangular2', 'exp_range')),
    gamma: optional(finite),
    scaleFn: optional(callable),
    scaleMode: optional(oneOf('cycle', 'iterations')),
    cycleMomentum: optional(yesOrNo),
    baseMomentum: optional(fraction),
    maxMomentum: optional(fraction),
  });
  const { baseLr, maxLr, cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = options;
  const { stepSizeUp = 2000, stepSizeDown = stepSizeUp } = options;
  const period = stepSizeUp + stepSizeDown;
  const rising = stepSizeUp / period;
  const scaleAt = heightOf(options);
  return schedule((step) => {
    const cycle = Math.floor(1 + step / period);
    const position = 1 + step / period - cycle;
    const height = position <= rising ? position / rising : (position - 1) / (rising - 1);
    const scale = height * scaleAt(cycle, step);
    const lr = baseLr + (maxLr - baseLr) * scale;
    return cycleMomentum ? { lr, momentum: maxMomentum - (maxMomentum - baseMomentum) * scale } : { lr };
  });
}

function heightOf({ mode = 'triangular', gamma = 1, scaleFn, scaleMode = 'cycle' }: CyclicLROptions) {
  if (scaleFn) return (cycle: number, step: number) => scaleFn(scaleMode === 'cycle' ? cycle : step);
  const heights = {
    triangular: () => 1,
    triangular2: (cycle: number) => 1 / 2 ** (cycle - 1),
    exp_range: (_cycle: number, step: number) => gamma ** step,
  };
  return heights[mode];
}
