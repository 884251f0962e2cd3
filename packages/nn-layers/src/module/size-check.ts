import { ConfigError } from '@evenkeel/errors';

/** Refuses a size that is not a positive integer, naming the layer and the argument. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size > 0) continue;
    throw new ConfigError(`${name} is no size`, {
      doing: `making a ${layer}`,
      got: `${name} = ${size}`,
      expected: 'a positive integer',
    });
  }
}

/** Refuses a probability outside [0, 1], naming the layer. */
export function checkProbability(layer: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ConfigError('the dropout probability is out of range', {
    op: layer,
    got: `p = ${p}`,
    expected: 'a number from 0 to 1',
  });
}
