import { copy } from '@evenkeel/compiler/primitives';
import type { Tensor } from '../tensor.ts';
import { execute } from './execute.ts';

/** The same elements, row by row, in memory of their own. */
export function copied(tensor: Tensor): Tensor {
  return execute(copy, [tensor], {});
}
