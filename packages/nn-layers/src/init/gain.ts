import { ConfigError, nearestName } from '@evenkeel/errors';

/** The names of nonlinearities that `calculateGain` knows; PyTorch's spelling is understood too (`leaky_relu`). */
export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'convTranspose1d'
  | 'convTranspose2d'
  | 'convTranspose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'selu';

const gains: Readonly<Record<Nonlinearity, (param: number) => number>> = {
  linear: () => 1,
  conv1d: () => 1,
  conv2d: () => 1,
  conv3d: () => 1,
  convTranspose1d: () => 1,
  convTranspose2d: () => 1,
  convTranspose3d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (negativeSlope) => Math.sqrt(2 / (1 + negativeSlope ** 2)),
  // Keeps the fixed point that self-normalization needs; PyTorch's value.
  selu: () => 3 / 4,
};

/**
 * The factor by which an initializer's deviation is to grow so that the signal keeps its scale through the
 * nonlinearity: 1 for linear, convolution and sigmoid, 5/3 for tanh, √2 for relu, √(2/(1+slope²)) for leaky relu, 3/4
 * for selu. `torch.nn.init.calculate_gain`.
 *
 * @param param the negative slope of leaky relu, 0.01 if left out
 * @throws ConfigError for a name it does not know
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  const name = nonlinearity.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (Object.hasOwn(gains, name)) return gains[name as Nonlinearity](param);
  const near = nearestName(nonlinearity, Object.keys(gains));
  throw new ConfigError('no gain is known for that nonlinearity', {
    op: 'calculateGain',
    got: `'${nonlinearity}'`,
    expected: `one of ${Object.keys(gains).join(', ')}`,
    remedy: near && `did you mean '${near}'?`,
  });
}
