import { ConfigError, ShapeError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';

/** A number for every spatial dimension, or one for each. */
export type Spatial = number | readonly number[];

/** One number for each of `count` spatial dimensions. */
export function perDimension(op: string, name: string, value: Spatial, count: number): readonly number[] {
  const list = typeof value === 'number' ? new Array<number>(count).fill(value) : value;
  if (list.length === count && list.every(Number.isInteger)) return list;
  throw new ConfigError(`${name} does not fit the number of spatial dimensions`, {
    op,
    got: `${name} = ${JSON.stringify(value)}`,
    expected: count === 1 ? 'an integer' : `an integer, or ${count} of them`,
  });
}

/** As `perDimension`, and refuses numbers below 1. */
export function positivePerDimension(op: string, name: string, value: Spatial, count: number): readonly number[] {
  const list = perDimension(op, name, value, count);
  if (list.every((each) => each > 0)) return list;
  throw new ConfigError(`${name} must be positive`, { op, got: `${name} = ${JSON.stringify(value)}` });
}

/** Runs `fn` on `[N, C, ...S]`, also for a sample without its batch `[C, ...S]`. */
export function withBatch(op: string, input: Tensor, spatial: number, fn: (batch: Tensor) => Tensor): Tensor {
  if (input.ndim === spatial + 2) return fn(input);
  if (input.ndim === spatial + 1) return fn(input.unsqueeze(0)).squeeze(0);
  throw new ShapeError('the input has another number of dimensions', {
    op,
    got: `input [${input.shape.join(', ')}]`,
    expected: `[N, C, ${sizes(spatial)}] or [C, ${sizes(spatial)}]`,
  });
}

function sizes(spatial: number): string {
  return ['D', 'H', 'W'].slice(3 - spatial).join(', ');
}
