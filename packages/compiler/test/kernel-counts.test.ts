import { type DType, itemBytes, type Shape } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import type { OperationName } from '@evenkeel/compiler';
import { expect, test } from 'vitest';
import { lowered, memory, number } from './operands.ts';

/** Kernels that one call launches. */
async function count(
  name: OperationName,
  operands: readonly ReturnType<typeof memory>[],
  attributes: object,
  numbers = 0,
): Promise<number> {
  const backend = nullBackend();
  const program = lowered(name, operands, attributes as never, backend.limits);
  const bytes = (shape: Shape, dtype: DType) =>
    shape.reduce((size, extent) => size * extent, 1) * itemBytes(dtype, backend.limits.boolBytes);
  const memories = operands.filter(({ strides }) => strides !== undefined);
  const buffers = [...memories.map(({ shape, dtype }) => bytes(shape, dtype)), 1024].map((length) => ({
    buffer: backend.allocate(length),
    offset: 0,
    length,
  }));
  const values = new Array<number>(operands.length - memories.length + numbers).fill(0);
  backend.run(await backend.prepare(program), { buffers, arguments: values });
  return backend.counters.kernels;
}

test.each<[OperationName, ReturnType<typeof memory>[], object, number]>([
  ['tanh', [memory([4, 5], 'float32', [1, 4])], {}, 1],
  ['where', [memory([3], 'bool'), memory([3]), number([3])], {}, 1],
  ['cast', [memory([3])], { dtype: 'bool' }, 1],
  ['argmin', [memory([3, 4])], { dims: [0] }, 1],
  ['prod', [memory([3, 4])], { dims: [0, 1] }, 1],
  ['pad', [memory([3])], { before: [1], after: [1], interior: [0] }, 1],
  ['matmul', [memory([2, 3, 4]), memory([2, 4, 5])], {}, 1],
  ['gather', [memory([3]), memory([5], 'int32')], { dim: 0 }, 1],
  ['scatterAdd', [memory([5]), memory([5], 'int32')], { dim: 0, size: 3 }, 1],
  ['iota', [], { shape: [4], dim: 0 }, 1],
  // One copy per part that has elements.
  ['concat', [memory([3]), memory([0]), memory([2])], { dim: 0 }, 2],
  ['neg', [memory([0])], {}, 0],
])('%s launches as many kernels as it must', async (name, operands, attributes, kernels) => {
  expect(await count(name, operands, attributes)).toBe(kernels);
});

test.each([4, 3, 9])('a random draw of %i is one kernel with four numbers', async (size) => {
  expect(await count('uniform', [], { shape: [size], dtype: 'float32' }, 4)).toBe(1);
});
