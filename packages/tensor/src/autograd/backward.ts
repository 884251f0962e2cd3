import { isFloat, sameShape } from '@evenkeel/backend';
import { DTypeError, EvenKeelError, ShapeError } from '@evenkeel/errors';
import { scope } from '../engine/scope.ts';
import { isConsumed } from '../recording/traced.ts';
import { Tensor } from '../tensor.ts';
import { Cotangents } from './cotangents.ts';
import { switchMode } from './mode.ts';
import type { GradientNode } from './node.ts';
import { add, gradientOperations } from './operations.ts';

export interface BackwardOptions {
  /** Keep the recorded computation, so that it can be differentiated once more. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the gradients' own computation, for second derivatives. Default false. */
  readonly createGraph?: boolean;
}

/**
 * Walks the recorded computation backwards from `roots`, the latest node first, and hands the complete cotangent of each tensor
 * in `wanted` to `receive`, whose it is from then on.
 */
export function propagate(
  roots: readonly (readonly [Tensor, Tensor])[],
  wanted: (tensor: Tensor) => boolean,
  receive: (tensor: Tensor, cotangent: Tensor) => void,
  { createGraph = false, retainGraph = createGraph }: BackwardOptions,
): void {
  const cotangents = new Cotangents(!createGraph);
  const take = (tensor: Tensor): Tensor | undefined => {
    const cotangent = cotangents.take(tensor);
    if (cotangent && wanted(tensor)) {
      cotangents.hold(cotangent);
      receive(tensor, cotangent);
    }
    return cotangent;
  };
  const restore = switchMode('grad', createGraph);
  // Gradients have the dtypes of what they are of.
  const restoreAutocast = switchMode('autocast', false);
  try {
    for (const [root, cotangent] of roots) {
      cotangents.hold(cotangent);
      cotangents.add(root, cotangent);
    }
    for (const node of nodesBehind(roots.map(([root]) => root))) {
      node.expectUnreleased();
      const arrived = node.outputs.map(take);
      if (arrived.some((cotangent) => cotangent !== undefined)) {
        const parts = scope(() => node.pull(arrived, gradientOperations));
        for (const [i, part] of parts.entries()) {
          const input = node.inputs[i] as Tensor;
          if (part && input.requiresGrad) cotangents.add(input, part);
        }
      }
      for (const cotangent of arrived) if (cotangent) cotangents.letGo(cotangent);
      if (!retainGraph) node.release();
    }
    for (const leaf of cotangents.pending()) take(leaf);
  } finally {
    restoreAutocast();
    restore();
  }
}

/**
 * Computes the gradient of this tensor with respect to every leaf that requires one and adds it to the leaf's `grad`; one that a
 * compiled step consumed stays so until it is forgotten.
 *
 * @param gradient the cotangent to start from, of this tensor's shape; may be left out for a scalar
 * @throws ShapeError if this is no scalar and no gradient is given
 */
export function backward(tensor: Tensor, gradient?: Tensor, options: BackwardOptions = {}): void {
  if (!tensor.requiresGrad) {
    throw new EvenKeelError('backward() was called on a tensor that depends on nothing to differentiate', {
      op: 'backward',
      got: String(tensor),
      remedy: 'compute it from a tensor with requiresGrad, outside noGrad()',
    });
  }
  propagate(
    [[tensor, startingCotangent(tensor, gradient)]],
    (candidate) => candidate.retainsGrad,
    (leaf, cotangent) => {
      const { grad } = leaf;
      // What is added to a consumed gradient is lost with it.
      if (!isConsumed(grad)) leaf.grad = grad ? add(grad, cotangent) : cotangent;
    },
    options,
  );
}

export function startingCotangent(tensor: Tensor, gradient?: Tensor): Tensor {
  if (!isFloat(tensor.dtype)) {
    throw new DTypeError('only floats can be differentiated', { op: 'backward', got: tensor.dtype });
  }
  if (gradient) {
    if (sameShape(gradient.shape, tensor.shape)) return gradient;
    throw new ShapeError('the cotangent does not have the shape of what is differentiated', {
      op: 'backward',
      shapes: [gradient.shape, tensor.shape],
      expected: `[${tensor.shape}]`,
    });
  }
  if (tensor.size !== 1) {
    throw new ShapeError('only a scalar can be differentiated without a cotangent', {
      op: 'backward',
      shapes: [tensor.shape],
      remedy: 'reduce it first, for example with mean() or sum(), or pass a gradient of its shape',
    });
  }
  return new Tensor(tensor.shape, tensor.dtype, 1);
}

/** The recorded nodes that the roots depend on, latest first. */
function nodesBehind(roots: readonly Tensor[]): GradientNode[] {
  const found = new Set<GradientNode>();
  const waiting = roots.flatMap((root) => root.node ?? []);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const { node: earlier } of node.inputs) {
      if (earlier && !found.has(earlier)) waiting.push(earlier);
    }
  }
  return [...found].sort((a, b) => b.order - a.order);
}
