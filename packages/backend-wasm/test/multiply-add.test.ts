import { binary, constant, type Expression, type LoopKernel, load, reduced, type Store } from '@evenkeel/backend';
import { expect, test } from 'vitest';
import { wasm } from '../src/index.ts';
import { detectFeatures } from '../src/runtime/features.ts';
import { numbers, runKernel } from './device.ts';
import { at, f32, loop, read, written } from './kernels.ts';

const [rows, columns] = [13, 21];

/** u · s + v over the axes that rows and columns are, where u has one element a column. */
function sum(row: number, column: number) {
  const product = binary('mul', load(f32, 0, at({ [column]: 1 })), constant(f32, 0.7));
  const index = at({ [row]: columns, [column]: 1 });
  return { product, index, value: binary('add', product, load(f32, 1, index)) };
}

const own = sum(0, 1);
const turned = sum(1, 0);
const store = (binding: number, value: Expression, { index } = own): Store => ({ binding, index, value });
const kernel = (parts: Partial<LoopKernel>) => loop({ bindings: [read, read, written, written], ...parts });
const largest = (value: Expression) => [{ fn: 'max', value }] as const;
const largestOf = (stride: Record<number, number>): Store => ({
  binding: 3,
  index: at(stride),
  value: reduced(f32, 0),
});

const kernels: Record<string, LoopKernel> = {
  alone: kernel({ outer: [rows, columns], stores: [store(2, own.value)] }),
  'beside its largest of a row': kernel({
    outer: [rows],
    inner: [columns],
    reductions: largest(own.value),
    stores: [largestOf({ 0: 1 })],
    elementStores: [store(2, own.value)],
  }),
  'beside its largest of a column, where the product is the same in all turns': kernel({
    outer: [columns],
    inner: [rows],
    reductions: largest(turned.value),
    stores: [largestOf({ 0: 1 })],
    elementStores: [store(2, turned.value, turned)],
  }),
  'after a pass for its largest': kernel({
    outer: [columns],
    inner: [rows],
    reductions: largest(turned.value),
    elementStores: [store(2, turned.value, turned), store(3, binary('sub', turned.value, reduced(f32, 0)), turned)],
  }),
  'beside other uses of the product': kernel({
    outer: [rows, columns],
    stores: [store(2, own.value), store(3, binary('sub', binary('mul', own.product, own.product), own.value))],
  }),
};

const [u, v] = [numbers(columns), numbers(rows * columns, 2)];
const space = numbers(rows * columns, 3);
const scale = Math.fround(0.7);

for (const relaxed of [true, false]) {
  const backend = wasm({ relaxed });
  const made = async (which: LoopKernel) => runKernel(which, [u, v, space, space], { backend });

  test.each(Object.entries(kernels))(
    `the bits of a product and a term %s are the same (relaxed: ${relaxed})`,
    async (_, which) => {
      const [, , expected] = await made(kernels['alone'] as LoopKernel);
      expect((await made(which))[2]).toEqual(expected);
    },
  );

  test(`a product that is stored is rounded as who reads it finds it (relaxed: ${relaxed})`, async () => {
    const stores = [store(2, own.value), store(3, own.product)];
    const [, , got, products] = (await made(kernel({ outer: [rows, columns], stores }))) as number[][];
    expect(got).toEqual(v.map((term, i) => Math.fround((products?.[i] as number) + term)));
  });
}

test('a product and a term are rounded once where the engine has multiply-add', async () => {
  const [, , got] = await runKernel(kernels['alone'] as LoopKernel, [u, v, space, space]);
  const rounded = (isOnce: boolean) =>
    v.map((term, i) => {
      const product = (u[i % columns] as number) * scale;
      return Math.fround((isOnce ? product : Math.fround(product)) + term);
    });
  const { fused } = detectFeatures();
  expect(got).toEqual(rounded(fused));
  expect(got).not.toEqual(rounded(!fused));
});
