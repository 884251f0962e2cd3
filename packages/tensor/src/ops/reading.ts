/** The methods that leave the computation: reading values, differentiating, assigning. */
import { type HostArray, sameShape } from '@evenkeel/backend';
import { DTypeError, EvenKeelError, ShapeError } from '@evenkeel/errors';
import { type BackwardOptions, backward } from '../autograd/backward.ts';
import * as ops from '../autograd/operations.ts';
import { type TensorData, tensor } from '../creation.ts';
import { bindingOf } from '../engine/execute.ts';
import { data, item, type Nested, tolist } from '../engine/read.ts';
import { scope } from '../engine/scope.ts';
import { activeRecorder } from '../recording/active.ts';
import { Tensor } from '../tensor.ts';
import { methods } from './method.ts';

/**
 * Replaces a leaf's content by another of the same shape and dtype. Nothing is recorded: what was computed from the content
 * before stays as it was.
 *
 * @throws ShapeError, DTypeError if the new content differs in kind
 * @throws EvenKeelError if the tensor is the result of a recorded computation
 */
function assign(target: Tensor, value: Tensor | TensorData): Tensor {
  if (target.node) {
    throw new EvenKeelError('only a leaf can be assigned to', {
      op: 'assign',
      got: `a tensor computed by ${target.node.name}`,
      remedy: 'detach() it first',
    });
  }
  scope(() => {
    const content = value instanceof Tensor ? value : tensor(value, { dtype: target.dtype, shape: target.shape });
    if (!sameShape(content.shape, target.shape)) {
      throw new ShapeError('assign needs a content of the same shape', {
        op: 'assign',
        shapes: [content.shape, target.shape],
      });
    }
    if (content.dtype !== target.dtype) {
      throw new DTypeError('assign needs a content of the same dtype', {
        op: 'assign',
        got: content.dtype,
        expected: target.dtype,
      });
    }
    const recorder = activeRecorder();
    if (recorder) {
      recorder.write(target, recorder.valueOf(content));
      return;
    }
    // Memory that nobody can change may be shared; a view of something larger would keep all of that alive.
    target.become((fillsItsStorage(content) ? content : ops.copy(content.detach())).memory());
  });
  return target;
}

function fillsItsStorage(x: Tensor): boolean {
  if (!x.isContiguous) return false;
  const { storage } = x.memory();
  return bindingOf(x).length === storage.bytes;
}

declare module '../tensor.ts' {
  interface Tensor {
    /** The elements, row by row, in an array of the caller's own. A bool is 0 or 1. */
    data(): Promise<HostArray>;
    /** The value of a tensor with one element; throws `ShapeError` for any other. */
    item(): Promise<number>;
    /** The elements as nested arrays, one level per dimension. */
    tolist(): Promise<Nested>;
    /**
     * Computes the gradient of this tensor with respect to every leaf that requires one and adds it to the leaf's `grad`;
     * then lets go of the computation, unless `retainGraph`.
     *
     * @param gradient the cotangent to start from, of this tensor's shape; may be left out for a scalar
     */
    backward(gradient?: Tensor, options?: BackwardOptions): void;
    /**
     * Replaces a leaf's content by another of the same shape and dtype (a tensor, or host data). Nothing is recorded: what was
     * computed from the content before stays as it was.
     */
    assign(value: Tensor | TensorData): this;
  }
}

methods({ data, item, tolist, backward, assign });
