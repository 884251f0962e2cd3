import { Parameter, type Tensor, tensor } from '@evenkeel/tensor';
import { between, stream } from '../host/draw.ts';

export interface SmallModel {
  readonly parameters: Parameter[];
  /** The mean square of what it gets wrong on a batch. */
  loss(batch: Batch): Tensor;
}

export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

const [inputs, hidden, outputs] = [5, 9, 3] as const;

/** A perceptron with one hidden layer and biases, the same in every precision and on every backend. */
export function smallModel(dtype: 'float32' | 'float64'): SmallModel {
  const random = stream(11);
  const parameter = (...shape: number[]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const values = Float32Array.from({ length: size }, () => between(-0.6, 0.6)(random, 0, 1));
    return new Parameter(tensor(values, { shape, dtype }));
  };
  const [w1, b1, w2, b2] = [
    parameter(inputs, hidden),
    parameter(hidden),
    parameter(hidden, outputs),
    parameter(outputs),
  ];
  return {
    parameters: [w1, b1, w2, b2],
    loss: ({ x, y }) => x.matmul(w1).add(b1).tanh().matmul(w2).add(b2).sub(y).square().mean(),
  };
}

/** A batch of numbers that its index decides. */
export function batchOf(index: number, dtype: 'float32' | 'float64', size = 7): Batch {
  const random = stream(1000 + index);
  const values = (count: number) => Float32Array.from({ length: count }, () => between(-1, 1)(random, 0, 1));
  return {
    x: tensor(values(size * inputs), { shape: [size, inputs], dtype }),
    y: tensor(values(size * outputs), { shape: [size, outputs], dtype }),
  };
}
