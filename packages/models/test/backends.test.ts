import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { type Backend, manualSeed, rand, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
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

test.each(Object.entries(tinyModels))(
  '%s computes the same on wasm as on the oracle, backwards too',
  async (_, make) => {
    const [expected, got] = [await outcome(cpu(), make), await outcome(wasm(), make)];
    expect(got.grads.map(([name]) => name)).toEqual(expected.grads.map(([name]) => name));
    expect(expected.grads.length).toBeGreaterThan(1);
    const compare = (what: string, values: number[], wanted: number[]): void => {
      const size = Math.max(1, ...wanted.map(Math.abs));
      // Rounding of float32 through a few normalized layers.
      for (const [at, value] of values.entries())
        expect(Math.abs(value - Number(wanted[at])), what).toBeLessThan(1e-3 * size);
    };
    compare('output', got.output, expected.output);
    for (const [index, [name, values]] of got.grads.entries()) compare(name, values, expected.grads[index]?.[1] ?? []);
  },
);
