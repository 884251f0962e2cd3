import { ConfigError, ShapeError } from '@evenkeel/errors';
import { defaultGenerator, type Generator, hostRandom, type Tensor, tensor } from '@evenkeel/tensor';
import { fill } from './constant.ts';
import type { DrawOptions } from './random.ts';

// These are made on the host, in float64, because each element depends on the others.

/**
 * A random matrix whose rows (or columns, where there are fewer of them) are orthonormal, times `gain`;
 * `torch.nn.init.orthogonal_`. More dimensions than two are flattened behind the first.
 * Saxe, McClelland and Ganguli 2014, Exact solutions to the nonlinear dynamics of learning in deep linear networks.
 *
 * @param options.gain default 1; see `calculateGain`
 */
export function orthogonal_<Target extends Tensor>(
  target: Target,
  options: DrawOptions & { gain?: number } = {},
): Target {
  const { gain = 1, generator = defaultGenerator } = options;
  const [rows, columns] = asMatrix('orthogonal_', target);
  const normal = hostNormal(generator);
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, normal));
  orthonormalize(vectors);
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [vector, place] = rows <= columns ? [row, column] : [column, row];
      values[row * columns + column] = gain * Number(vectors[vector]?.[place]);
    }
  }
  return fillFrom(target, values);
}

/**
 * N(0, std²), with a share `sparsity` of each column set to zero; `torch.nn.init.sparse_`.
 * Martens 2010, Deep learning via Hessian-free optimization.
 *
 * @param options.std default 0.01
 */
export function sparse_<Target extends Tensor>(
  target: Target,
  sparsity: number,
  options: DrawOptions & { std?: number } = {},
): Target {
  const { std = 0.01, generator = defaultGenerator } = options;
  const [rows, columns] = asMatrix('sparse_', target);
  if (target.ndim !== 2 || !(sparsity >= 0 && sparsity <= 1)) {
    throw new ConfigError('sparse_ needs a matrix and a share from 0 to 1', {
      got: `[${target.shape.join(', ')}], sparsity ${sparsity}`,
    });
  }
  const [draw, normal] = [hostRandom(generator), hostNormal(generator)];
  const values = Float64Array.from({ length: rows * columns }, () => std * normal());
  const empty = Math.ceil(sparsity * rows);
  for (let column = 0; column < columns; column++) {
    const order = Array.from({ length: rows }, (_, row) => row);
    for (let place = 0; place < empty; place++) {
      const chosen = place + Math.floor(draw() * (rows - place));
      [order[place], order[chosen]] = [Number(order[chosen]), Number(order[place])];
      values[Number(order[place]) * columns + column] = 0;
    }
  }
  return fillFrom(target, values);
}

/**
 * A convolution's weight `[out, in, ...kernel]` that hands each of the first min(out, in) channels on unchanged;
 * `torch.nn.init.dirac_`.
 *
 * @param options.groups default 1
 */
export function dirac_<Target extends Tensor>(target: Target, options: { groups?: number } = {}): Target {
  const { groups = 1 } = options;
  const [outputs = 0, inputs = 0, ...kernel] = target.shape;
  if (kernel.length < 1 || kernel.length > 3 || outputs % groups !== 0) {
    throw new ShapeError('dirac_ needs the weight of a convolution', {
      op: 'dirac_',
      got: `[${target.shape.join(', ')}] with ${groups} groups`,
      expected: '[out, in, ...kernel] with one to three kernel dimensions, out a multiple of the groups',
    });
  }
  const positions = kernel.reduce((product, size) => product * size, 1);
  const center = kernel.reduce((index, size) => index * size + Math.floor(size / 2), 0);
  const values = new Float64Array(target.size);
  const perGroup = outputs / groups;
  for (let output = 0; output < outputs; output++) {
    const channel = output % perGroup;
    if (channel < inputs) values[(output * inputs + channel) * positions + center] = 1;
  }
  return fillFrom(target, values);
}

/** Gram and Schmidt's method, each vector twice, which is enough for orthogonality to the last digits (Kahan). */
function orthonormalize(vectors: Float64Array[]): void {
  for (const [index, vector] of vectors.entries()) {
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of vectors.slice(0, index)) {
        const share = dot(vector, earlier);
        for (let i = 0; i < vector.length; i++) vector[i] = Number(vector[i]) - share * Number(earlier[i]);
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = Number(vector[i]) / norm;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += Number(left[i]) * Number(right[i]);
  return sum;
}

/** Box and Muller's method on the generator's stream. */
function hostNormal(generator: Generator): () => number {
  const draw = hostRandom(generator);
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

function asMatrix(op: string, target: Tensor): [rows: number, columns: number] {
  const [rows = 0, ...rest] = target.shape;
  if (target.ndim >= 2) return [rows, rest.reduce((product, size) => product * size, 1)];
  throw new ShapeError('a matrix is needed', { op, shapes: [target.shape], expected: '[rows, columns, ...]' });
}

function fillFrom<Target extends Tensor>(target: Target, values: Float64Array): Target {
  return fill(target, () => tensor(values, { shape: target.shape, dtype: target.dtype }));
}
