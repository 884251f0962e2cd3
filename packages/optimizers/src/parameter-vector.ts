import { ShapeError } from '@evenkeel/errors';
import { cat, noGrad, type Tensor } from '@evenkeel/tensor';

/** All parameters, flattened and joined into one vector, as `torch.nn.utils.parameters_to_vector`. Differentiable. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat(
    [...parameters].map((parameter) => parameter.reshape([-1])),
    0,
  );
}

/**
 * Cuts `vector` into pieces and assigns them to the parameters in order, as `torch.nn.utils.vector_to_parameters`.
 *
 * @throws ShapeError when the vector does not have as many elements as the parameters together
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const targets = [...parameters];
  const total = targets.reduce((sum, { size }) => sum + size, 0);
  if (vector.ndim !== 1 || vector.size !== total) {
    throw new ShapeError('the vector does not fill the parameters', {
      op: 'vectorToParameters',
      shapes: [vector.shape],
      expected: `[${total}]`,
    });
  }
  noGrad(() => {
    let start = 0;
    for (const target of targets) {
      target.assign(vector.narrow(0, start, target.size).reshape(target.shape));
      start += target.size;
    }
  });
}
