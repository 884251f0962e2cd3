import type { Kernel } from '@evenkeel/backend';
import { type WasmBackend, wasm } from '../../src/index.ts';
import { attentionKernel, gradientKernel } from '../attention-kernels.ts';
import { type Data, numbers, runKernel } from '../device.ts';
import { matmul } from '../kernels.ts';

const sizes = [
  [200, 300, 100, 'N', 'N'],
  [61, 203, 1025, 'N', 'T'],
  [128, 256, 784, 'N', 'T'],
  [784, 256, 128, 'T', 'N'],
  [5, 700, 30, 'T', 'N'],
  [9, 50, 64, 'N', 'N'],
] as const;

/** Products that are made in different ways, and their inputs. */
export const products: [string, Kernel, readonly Data[]][] = sizes.map(([m, n, k, a, b]) => [
  `${m} x ${n} x ${k}, ${a}${b}`,
  matmul(m, n, k, a, b),
  [numbers(m * k), numbers(k * n, 2), numbers(m * n, 3)],
]);
const heads = { batch: [2], rows: 131, columns: 131, depth: 24, width: 40, causal: true };
for (const [name, of] of Object.entries({ attention: attentionKernel, 'its derivatives': gradientKernel })) {
  const { kernel, inputs } = of(heads);
  products.push([name, kernel, inputs]);
}

/** What they come to, as JSON. */
export async function results(backend: WasmBackend = wasm()): Promise<string> {
  const made: number[][][] = [];
  for (const [, kernel, inputs] of products) made.push(await runKernel(kernel, inputs, { backend }));
  return JSON.stringify(made);
}
