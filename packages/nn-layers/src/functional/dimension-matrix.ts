import { DTypeError } from '@evenkeel/errors';
import { movedim, type Tensor, tensor } from '@evenkeel/tensor';

/** For each output the inputs it is made of, each with its weight. */
export type Rows = readonly (readonly (readonly [input: number, weight: number])[])[];

/** A linear map along one dimension: output o is Σ weight · x[input] over `rows[o]`. Weights of one input add up. */
export function mapDimension(x: Tensor, dim: number, rows: Rows): Tensor {
  if (!x.dtype.startsWith('float')) {
    throw new DTypeError('only floats can be mixed by weights', {
      got: `an input of ${x.dtype}`,
      remedy: "convert it: x.to('float32')",
    });
  }
  const extent = x.shape[dim] as number;
  const weights = new Array<number>(extent * rows.length).fill(0);
  for (const [output, parts] of rows.entries()) {
    for (const [input, weight] of parts) {
      const place = input * rows.length + output;
      weights[place] = (weights[place] as number) + weight;
    }
  }
  const matrix = tensor(weights, { shape: [extent, rows.length], dtype: x.dtype });
  return movedim(movedim(x, dim, -1).matmul(matrix), -1, dim);
}
