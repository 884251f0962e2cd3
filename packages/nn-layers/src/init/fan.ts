import { ShapeError } from '@evenkeel/errors';

/** Which of the two sums' sizes an initializer preserves the variance for: forward (`fanIn`) or backward (`fanOut`). */
export type FanMode = 'fanIn' | 'fanOut';

/**
 * How many inputs each output of a weight sums over, and how many outputs each input goes to.
 *
 * For `[out, in, ...kernel]`: `in · kernel` and `out · kernel`.
 *
 * @throws ShapeError for fewer than two dimensions
 */
export function calculateFanInAndFanOut(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...kernel] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ShapeError('fan-in and fan-out need a weight of two or more dimensions', {
      shapes: [shape],
      expected: '[out, in, ...kernel]',
    });
  }
  const receptive = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * receptive, fanOut: outputs * receptive };
}
