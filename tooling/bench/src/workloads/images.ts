import { randint, randn, type Tensor } from '@evenkeel/tensor';

/** Four batches of noise of one shape, with one of ten classes for each sample. */
export function imageBatches(shape: readonly [number, ...number[]]): Tensor[][] {
  return Array.from({ length: 4 }, () => [randn(shape), randint(0, 10, [shape[0]])]);
}
