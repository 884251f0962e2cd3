import { axis, binary, constant, type Kernel, load, reduced, unary } from '@evenkeel/backend';
import { type WasmBackend, wasm } from '../../src/index.ts';
import { attentionKernel, gradientKernel } from '../attention-kernels.ts';
import { type Data, numbers, runKernel } from '../device.ts';
import { at, contraction, f32, loop, matmul } from '../kernels.ts';

const sizes = [
  [200, 300, 100, 'N', 'N'],
  [61, 203, 1025, 'N', 'T'],
  [128, 256, 784, 'N', 'T'],
  [784, 256, 128, 'T', 'N'],
  [5, 700, 30, 'T', 'N'],
  [9, 50, 64, 'N', 'N'],
] as const;

/** Kernels whose vectors V8 joins, and their inputs: products that are made in different ways, attention, a loop. */
export const cases: [string, Kernel, readonly Data[]][] = sizes.map(([m, n, k, a, b]) => [
  `the product ${m} x ${n} x ${k}, ${a}${b}`,
  matmul(m, n, k, a, b),
  [numbers(m * k), numbers(k * n, 2), numbers(m * n, 3)],
]);
const heads = { batch: [2], rows: 131, columns: 131, depth: 24, width: 40, causal: true };
for (const [name, of] of Object.entries({ attention: attentionKernel, 'its derivatives': gradientKernel })) {
  const { kernel, inputs } = of(heads);
  cases.push([name, kernel, inputs]);
}

// The gradient of a convolution's weights: for each image, products that are added to those of the images before.
const gradient = contraction({
  m: [32],
  n: [8, 3, 3],
  k: [9, 14, 14],
  a: load(f32, 0, at({ 0: 196, 4: 32 * 196, 5: 14, 6: 1 })),
  b: load(f32, 1, at({ 1: 256, 2: 16, 3: 1, 4: 8 * 256, 5: 16, 6: 1 })),
  stores: [{ binding: 2, index: at({ 0: 72, 1: 9, 2: 3, 3: 1 }), value: reduced(f32, 0) }],
});
cases.push([
  `a convolution's gradient`,
  gradient,
  [numbers(9 * 32 * 196), numbers(9 * 8 * 256, 2), numbers(32 * 72, 3)],
]);

const [x, half] = [load(f32, 0, axis(0)), constant(f32, 0.5)];
const gelu = binary(
  'mul',
  x,
  binary('add', half, binary('mul', half, unary('erf', binary('mul', x, constant(f32, Math.SQRT1_2))))),
);
const stores = [{ binding: 1, index: axis(0), value: gelu }];
cases.push(['a loop', loop({ outer: [10_003], stores }), [numbers(10_003), numbers(10_003)]]);

/** What they come to, as JSON. */
export async function results(backend: WasmBackend = wasm()): Promise<string> {
  const made: number[][][] = [];
  for (const [, kernel, inputs] of cases) made.push(await runKernel(kernel, inputs, { backend }));
  return JSON.stringify(made);
}
