import { type DType, type Shape, sizeOf } from '@evenkeel/backend';
import { uniform as uniformPrimitive } from '@evenkeel/compiler/primitives';
import { ConfigError } from '@evenkeel/errors';
import * as ops from '../autograd/operations.ts';
import { getDefaultDtype, tensor } from '../creation.ts';
import { applyPrimitive } from '../engine/apply.ts';
import { scope } from '../engine/scope.ts';
import { Tensor } from '../tensor.ts';
import { defaultGenerator, type Generator } from './generator.ts';
import { hostRandom } from './host-random.ts';

export interface RandomOptions {
  /** Default: the default float. */
  readonly dtype?: DType;
  /** Default false. */
  readonly requiresGrad?: boolean;
  /** Default: the default generator. */
  readonly generator?: Generator;
}

/** Uniform in [0, 1), 24 random bits each; 11 in float16. */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const { dtype = getDefaultDtype(), generator = defaultGenerator, requiresGrad = false } = options;
  const result = applyPrimitive(uniformPrimitive, [], { shape, dtype }, () => generator.reserve(sizeOf(shape)));
  result.requiresGrad = requiresGrad;
  return result;
}

/** Uniform in [low, high). */
export function uniform(shape: Shape, low: number, high: number, options: RandomOptions = {}): Tensor {
  return asLeaf(options, () => ops.add(ops.mul(rand(shape, inner(options)), high - low), low));
}

/** Normal with mean 0 and standard deviation 1 (Box and Muller, 1958). */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return asLeaf(options, () => {
    // 1 - u is in (0, 1], so that its logarithm is finite.
    const u = rand(shape, inner(options));
    const radius = ops.sqrt(ops.mul(ops.log(ops.sub(ops.full(shape, 1, u.dtype), u)), -2));
    const angle = ops.mul(rand(shape, inner(options)), 2 * Math.PI);
    return ops.mul(radius, ops.cos(angle));
  });
}

/** Normal with the given mean and standard deviation. */
export function normal(shape: Shape, mean: number, std: number, options: RandomOptions = {}): Tensor {
  return asLeaf(options, () => ops.add(ops.mul(randn(shape, inner(options)), std), mean));
}

/** Integers in [low, high), as int32. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  options: Omit<RandomOptions, 'requiresGrad'> = {},
): Tensor {
  if (!(high > low) || high - low > 2 ** 24) {
    throw new ConfigError(`randint cannot draw from [${low}, ${high})`, {
      op: 'randint',
      expected: 'low < high, at most 2^24 apart',
    });
  }
  return scope(() => {
    const scaled = ops.mul(rand(shape, inner(options)), high - low);
    // Rounding may lift the largest draws to `high`.
    const whole = ops.minimum(ops.floor(scaled), high - low - 1);
    return ops.cast(ops.add(whole, low), options.dtype ?? 'int32');
  });
}

/** 1 with probability p, else 0; `p` is one number with a shape, or a tensor of probabilities. */
export function bernoulli(
  p: number | Tensor,
  shape: Shape = p instanceof Tensor ? p.shape : [],
  options: RandomOptions = {},
): Tensor {
  return asLeaf(options, () => {
    const dtype = options.dtype ?? (p instanceof Tensor ? p.dtype : getDefaultDtype());
    const float = dtype === 'float64' ? 'float64' : getDefaultDtype();
    const chance = p instanceof Tensor ? p.to(float) : p;
    return ops.cast(ops.lt(rand(shape, { ...inner(options), dtype: float }), chance), dtype);
  });
}

/**
 * The integers from 0 to n - 1 in random order, as int32 (Fisher and Yates on the host).
 *
 * @throws ConfigError unless n is an integer from 0
 */
export function randperm(n: number, options: Pick<RandomOptions, 'generator'> = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new ConfigError(`randperm cannot order ${n} numbers`, { op: 'randperm', expected: 'an integer from 0' });
  }
  const draw = hostRandom(options.generator ?? defaultGenerator);
  const order = new Int32Array(n).map((_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return tensor(order);
}

function inner({ dtype, generator }: RandomOptions): RandomOptions {
  const float = dtype === 'float32' || dtype === 'float64' ? dtype : getDefaultDtype();
  return { dtype: float, ...(generator && { generator }) };
}

function asLeaf({ dtype, requiresGrad = false }: RandomOptions, draw: () => Tensor): Tensor {
  const result = scope(() => (dtype === 'float16' ? ops.cast(draw(), dtype) : draw()));
  result.requiresGrad = requiresGrad;
  return result;
}
