import { ConfigError } from '@evenkeel/errors';
import { relu, type Tensor } from '@evenkeel/tensor';
import { gelu } from '../functional/smooth.ts';

/** What stands between the two linear layers of a Transformer layer: a name, or any function of one tensor. */
export type TransformerActivation = 'relu' | 'gelu' | ((input: Tensor) => Tensor);

export function activationFunction(activation: TransformerActivation): (input: Tensor) => Tensor {
  if (activation === 'relu') return relu;
  if (activation === 'gelu') return gelu;
  if (typeof activation === 'function') return activation;
  throw new ConfigError('no such activation', {
    got: `'${activation as string}'`,
    expected: "'relu', 'gelu' or a function of one tensor",
  });
}
