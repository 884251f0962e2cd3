import { ShapeError } from '@evenkeel/errors';
import { inFloat32, pad, scope, type Tensor } from '@evenkeel/tensor';
import { affine, alongChannels, moveTowards } from './batch-norm.ts';
import { standardize } from './normalization.ts';

export interface GroupNormFunctionOptions {
  /** Factor `[C]`. */
  weight?: Tensor;
  /** Summand `[C]`. */
  bias?: Tensor;
  /** Added to the variance inside the root (default 1e-5). */
  eps?: number;
}

/**
 * Normalizes each sample over groups of channels and all their positions; `torch.nn.functional.group_norm`.
 * Wu and He 2018, Group normalization.
 *
 * @param input `[N, C, ...]`
 * @throws ShapeError unless `numGroups` divides C
 */
export function groupNorm(input: Tensor, numGroups: number, options: GroupNormFunctionOptions = {}): Tensor {
  const [batch = 0, channels = 0] = input.shape;
  if (input.ndim < 2 || !Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ShapeError('the groups do not divide the channels', {
      op: 'groupNorm',
      got: `${numGroups} groups for input [${input.shape.join(', ')}]`,
      expected: '[N, C, ...] with C a multiple of the groups',
    });
  }
  const { weight } = options;
  if (weight && weight.size !== channels) {
    throw new ShapeError('the weight is not one number for each channel', {
      op: 'groupNorm',
      got: `weight [${weight.shape.join(', ')}] for input [${input.shape.join(', ')}]`,
      expected: `[${channels}]`,
    });
  }
  return inFloat32(input, (input) => {
    // Channels stay a dimension: the factor of each is found without dividing positions.
    const groups = input.reshape([batch, numGroups, channels / numGroups, ...input.shape.slice(2)]);
    const dims = groups.shape.map((_, dim) => dim).slice(2);
    return affine(standardize(groups, dims, options.eps ?? 1e-5).reshape(input.shape), options);
  });
}

export interface InstanceNormFunctionOptions extends GroupNormFunctionOptions {
  /** `[C]`; used in evaluation and moved by `momentum` when the input's own statistics are used. */
  runningMean?: Tensor;
  /** `[C]`, like the mean; takes the unbiased variance. */
  runningVar?: Tensor;
  /** Normalize by each sample's own statistics (default true) or by the running ones. */
  useInputStats?: boolean;
  /** The share of the new batch in the running statistics (default 0.1). */
  momentum?: number;
}

/**
 * Normalizes each channel of each sample over its positions; `torch.nn.functional.instance_norm`.
 * Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization.
 *
 * @param input `[N, C, ...positions]`
 * @throws ShapeError when there is a single position, whose variance is nothing
 */
export function instanceNorm(input: Tensor, options: InstanceNormFunctionOptions = {}): Tensor {
  const { runningMean, runningVar, useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  const dims = input.shape.map((_, dim) => dim).slice(2);
  const count = dims.reduce((product, dim) => product * (input.shape[dim] ?? 1), 1);
  if (useInputStats && (dims.length === 0 || count === 1)) {
    throw new ShapeError('instance norm needs more than one position in each channel', {
      op: 'instanceNorm',
      shapes: [input.shape],
      expected: '[N, C, ...positions]',
    });
  }
  return inFloat32(
    input,
    (input) => {
      if (!useInputStats && runningMean && runningVar) {
        const scale = alongChannels(runningVar, input).add(eps).rsqrt();
        return affine(input.sub(alongChannels(runningMean, input)).mul(scale), options);
      }
      if (runningMean && runningVar) {
        const detached = input.detach();
        moveTowards(runningMean, detached.mean(dims).mean(0), momentum);
        moveTowards(runningVar, detached.var(dims).mean(0), momentum);
      }
      return affine(standardize(input, dims, eps), options);
    },
    true,
  );
}

/**
 * x / (k + alpha · mean of x² over `size` neighboring channels)^beta; `torch.nn.functional.local_response_norm`.
 * Krizhevsky, Sutskever and Hinton 2012.
 *
 * @param input `[N, C, ...]`
 * @param options.alpha default 1e-4; `beta` default 0.75; `k` default 1
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: { alpha?: number; beta?: number; k?: number } = {},
): Tensor {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  const channels = input.shape[1] ?? 0;
  return scope(() => {
    const before = Math.floor(size / 2);
    const around = Array<number>(2 * (input.ndim - 2)).fill(0);
    const padded = pad(input.square(), [...around, before, size - 1 - before]);
    let total = padded.narrow(1, 0, channels);
    for (let shift = 1; shift < size; shift++) total = total.add(padded.narrow(1, shift, channels));
    return input.div(
      total
        .mul(alpha / size)
        .add(k)
        .pow(beta),
    );
  });
}
