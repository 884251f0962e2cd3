import { DTypeError, IndexError, ShapeError } from '@evenkeel/errors';
import { ones, type Tensor, where } from '@evenkeel/tensor';
import { type Reduction, reduce } from './reduction.ts';

/** The dimension that holds the classes: 0 for a single sample `[C]`, else 1, as in `[N, C, d1, …]`. */
export function classDim(input: Tensor): number {
  return input.ndim === 1 ? 0 : 1;
}

/** Class numbers, some of which may be ignored, and what each sample weighs in the mean. */
export interface ClassTargets {
  /** The entry of each sample's class in a tensor that has the input's shape, 0 where ignored; shaped as the target. */
  pick(values: Tensor): Tensor;
  /** The target's shape: 1 or the class's weight, 0 where ignored. */
  sampleWeights: Tensor;
}

/** Checks class numbers against an input `[C]` or `[N, C, d1, …]`. */
export function classTargets(
  op: string,
  input: Tensor,
  target: Tensor,
  options: { weight?: Tensor; ignoreIndex?: number },
): ClassTargets {
  const { weight, ignoreIndex = -100 } = options;
  const dim = classDim(input);
  const classes = input.shape[dim] ?? 0;
  checkTarget(op, input, target, dim);
  checkWeight(op, weight, classes);
  const ignored = target.eq(ignoreIndex);
  const index = where(ignored, 0, target);
  const inClassDim = index.unsqueeze(dim);
  const lookUp = (values: Tensor): Tensor => {
    try {
      return values.gather(dim, inClassDim).squeeze(dim);
    } catch (error) {
      throw error instanceof IndexError ? noSuchClass(op, error, classes, ignoreIndex) : error;
    }
  };
  const weights = weight
    ? weight.indexSelect(0, index.flatten()).reshape(index.shape)
    : ones(target.shape, { dtype: input.dtype });
  return {
    pick: (values) => lookUp(values).maskedFill(ignored, 0),
    sampleWeights: weights.maskedFill(ignored, 0),
  };
}

/** The mean here is the weighted one: over the weights of the samples that are not ignored. */
export function reduceWeighted(losses: Tensor, sampleWeights: Tensor, reduction: Reduction = 'mean'): Tensor {
  return reduction === 'mean' ? losses.sum().div(sampleWeights.sum()) : reduce(losses, reduction);
}

export function checkWeight(op: string, weight: Tensor | undefined, classes: number): void {
  if (!weight || (weight.ndim === 1 && weight.shape[0] === classes)) return;
  throw new ShapeError('the class weights are not one for each class', {
    op,
    got: `weight [${weight.shape.join(', ')}]`,
    expected: `[${classes}]`,
  });
}

function checkTarget(op: string, input: Tensor, target: Tensor, dim: number): void {
  const expected = input.shape.filter((_, d) => d !== dim);
  if (target.dtype !== 'int32') {
    throw new DTypeError('class targets are whole numbers', {
      op,
      got: `target of dtype ${target.dtype} and shape [${target.shape.join(', ')}]`,
      expected: `int32 [${expected.join(', ')}]`,
      remedy: 'convert it with target.to("int32")',
    });
  }
  if (input.ndim > 0 && target.ndim === expected.length && target.shape.every((size, d) => size === expected[d]))
    return;
  throw new ShapeError('the target does not fit the input', {
    op,
    got: `input [${input.shape.join(', ')}], target [${target.shape.join(', ')}]`,
    expected: `target [${expected.join(', ')}]: the input's shape without the classes in dimension ${dim}`,
  });
}

function noSuchClass(op: string, error: IndexError, classes: number, ignoreIndex: number): IndexError {
  return new IndexError('a target is not one of the classes', {
    op,
    got: error.got ?? error.summary,
    expected: `a class from 0 to ${classes - 1}, or ignoreIndex ${ignoreIndex}`,
    cause: error,
  });
}
