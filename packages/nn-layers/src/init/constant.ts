import { ShapeError } from '@evenkeel/errors';
import { eye, full, noGrad, ones, type Tensor, zeros } from '@evenkeel/tensor';

// Every initializer writes into the tensor it is given, records no gradient, and returns the tensor.

/** Fills a tensor with one value; `torch.nn.init.constant_`. */
export function constant_<Target extends Tensor>(target: Target, value: number): Target {
  return fill(target, () => full(target.shape, value, { dtype: target.dtype }));
}

/** Fills a tensor with zeros. */
export function zeros_<Target extends Tensor>(target: Target): Target {
  return fill(target, () => zeros(target.shape, { dtype: target.dtype }));
}

/** Fills a tensor with ones. */
export function ones_<Target extends Tensor>(target: Target): Target {
  return fill(target, () => ones(target.shape, { dtype: target.dtype }));
}

/** Fills a matrix with ones on the diagonal and zeros elsewhere, which preserves the inputs of a Linear layer. */
export function eye_<Target extends Tensor>(target: Target): Target {
  const [rows, columns] = target.shape;
  if (rows === undefined || columns === undefined || target.ndim !== 2) {
    throw new ShapeError('an identity needs a matrix', {
      op: 'eye_',
      shapes: [target.shape],
      expected: '[rows, columns]',
    });
  }
  return fill(target, () => eye(rows, columns, { dtype: target.dtype }));
}

/** Puts what `make` returns into the tensor, outside of any graph. */
export function fill<Target extends Tensor>(target: Target, make: () => Tensor): Target {
  noGrad(() => {
    target.assign(make());
  });
  return target;
}
