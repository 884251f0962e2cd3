import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { webgpu } from '@evenkeel/backend-webgpu';
import { nodeGpu } from '@evenkeel/node-gpu';
import { type Backend, manualSeed, rand, useBackend } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type TinyModel, tinyModels } from './support/tiny-models.ts';

async function outcome(
  backend: Backend,
  make: () => TinyModel,
): Promise<{ output: number[]; grads: [string, number[]][] }> {
  useBackend(backend);
  manualSeed(7);
  const { model, run } = make();
  const output = run();
  // Weights that differ, so that norms do not cancel the gradient of a plain sum.
  output.mul(rand(output.shape)).sum().backward();
  const grads: [string, number[]][] = [];
  for (const [name, { grad }] of model.namedParameters()) if (grad) grads.push([name, [...(await grad.data())]]);
  return { output: [...(await output.data())], grads };
}

const tolerance = 1e-3;

/** Fails where a model's output or a gradient is not what the oracle has. */
async function compare(make: () => TinyModel, backend: Backend): Promise<void> {
  const [expected, got] = [await outcome(cpu(), make), await outcome(backend, make)];
  expect(got.grads.map(([name]) => name)).toEqual(expected.grads.map(([name]) => name));
  expect(expected.grads.length).toBeGreaterThan(1);
  const check = (what: string, values: number[], wanted: number[]): void => {
    const size = Math.max(1, ...wanted.map(Math.abs));
    // Rounding of float32 through a few normalized layers.
    for (const [at, value] of values.entries())
      expect(Math.abs(value - Number(wanted[at])), what).toBeLessThan(tolerance * size);
  };
  check('output', got.output, expected.output);
  for (const [index, [name, values]] of got.grads.entries()) check(name, values, expected.grads[index]?.[1] ?? []);
}

const gpu = await nodeGpu();

describe.each(Object.entries(tinyModels))('%s computes the same as on the oracle, backwards too', (_, make) => {
  test('on wasm', () => compare(make, wasm()));

  test.skipIf(!gpu)('on webgpu', async () => {
    const backend = await webgpu({ gpu });
    await compare(make, backend);
    backend.dispose();
  });
});
