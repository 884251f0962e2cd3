import type { Tensor } from '@evenkeel/tensor';
import { calculateFanInAndFanOut, type FanMode } from './fan.ts';
import { calculateGain, type Nonlinearity } from './gain.ts';
import { type DrawOptions, normal_, uniform_ } from './random.ts';

export interface XavierOptions extends DrawOptions {
  /** Factor on the deviation (default 1); see `calculateGain`. */
  gain?: number;
}

export interface KaimingOptions extends DrawOptions {
  /** Negative slope of the leaky relu that follows (default 0); used with that nonlinearity alone. */
  a?: number;
  /** Which variance stays: the forward signal's (`fanIn`, the default) or the gradient's (`fanOut`). */
  mode?: FanMode;
  /** What follows the layer (default `leakyRelu`). */
  nonlinearity?: Nonlinearity;
}

/**
 * U(−b, b) with b = gain · √(6 / (fanIn + fanOut)).
 *
 * Glorot and Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
 */
export function xavierUniform_<Target extends Tensor>(target: Target, options: XavierOptions = {}): Target {
  const bound = Math.sqrt(3) * xavierDeviation(target, options);
  return uniform_(target, { low: -bound, high: bound, generator: options.generator });
}

/** N(0, σ²) with σ = gain · √(2 / (fanIn + fanOut)); Glorot and Bengio 2010. */
export function xavierNormal_<Target extends Tensor>(target: Target, options: XavierOptions = {}): Target {
  return normal_(target, { std: xavierDeviation(target, options), generator: options.generator });
}

/**
 * U(−b, b) with b = gain · √(3 / fan).
 *
 * He et al. 2015, Delving deep into rectifiers.
 */
export function kaimingUniform_<Target extends Tensor>(target: Target, options: KaimingOptions = {}): Target {
  const bound = Math.sqrt(3) * kaimingDeviation(target, options);
  return uniform_(target, { low: -bound, high: bound, generator: options.generator });
}

/** N(0, σ²) with σ = gain / √fan; He et al. 2015. */
export function kaimingNormal_<Target extends Tensor>(target: Target, options: KaimingOptions = {}): Target {
  return normal_(target, { std: kaimingDeviation(target, options), generator: options.generator });
}

/** U(−b, b) with b = √(3 / fanIn), so the variance is 1/fanIn; LeCun et al. 1998, Efficient BackProp. */
export function lecunUniform_<Target extends Tensor>(target: Target, options: DrawOptions = {}): Target {
  return kaimingUniform_(target, { nonlinearity: 'linear', ...options });
}

/** N(0, 1/fanIn); LeCun et al. 1998. */
export function lecunNormal_<Target extends Tensor>(target: Target, options: DrawOptions = {}): Target {
  return kaimingNormal_(target, { nonlinearity: 'linear', ...options });
}

function xavierDeviation(target: Tensor, { gain = 1 }: XavierOptions): number {
  const { fanIn, fanOut } = calculateFanInAndFanOut(target.shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingDeviation(target: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = options;
  return calculateGain(nonlinearity, a) / Math.sqrt(calculateFanInAndFanOut(target.shape)[mode]);
}
