import { cpu } from '@evenkeel/backend-cpu';
import { Dropout, dropout } from '@evenkeel/nn-layers';
import { type Backend, compile, manualSeed, ones, Parameter, type Tensor, useBackend } from '@evenkeel/tensor';
import { expect, test, vi } from 'vitest';
import { travelFreely } from './support/journey.ts';
import { tinyModels } from './support/tiny-models.ts';
import { describeOnWebgpu, describeSteps, onWebgpu } from './support/webgpu.ts';

// What the backend loads for few programs is for none of these: the budget of its size counts on it.
for (const file of ['kernels/along-lines.ts', 'renderer/functions/rare.ts']) {
  vi.doMock(`../../backend-webgpu/src/${file}`, () => {
    throw new Error(`${file} is loaded, which no model should need`);
  });
}

const backend = onWebgpu as Backend;

// Eager, they are in test/gpu, which the whole run leaves out.
describeSteps('each of three compiled steps on webgpu, from where the oracle was', compile);

describeOnWebgpu('on webgpu', () => {
  // No kinks, at which a rounding error decides which way a gradient goes.
  test.each(['GPT', 'ViT', 'LSTMLanguageModel'])('50 steps of %s stay within 1e-3 of the oracle', async (name) => {
    const make = tinyModels[name] as (typeof tinyModels)[string];
    const right = await travelFreely(cpu(), make, (step) => step, 50);
    const got = await travelFreely(backend, make, compile, 50);
    const expectNear = (mine: readonly number[], theirs: readonly number[], size: number) => {
      const worst = Math.max(...theirs.map((x, i) => Math.abs((mine[i] as number) - x)));
      expect(worst).toBeLessThanOrEqual(1e-3 * size);
    };
    right.losses.forEach((loss, i) => {
      expectNear([got.losses[i] as number], [loss], Math.abs(loss));
    });
    right.end.tensors.forEach((numbers, k) => {
      expectNear(got.end.tensors[k] as number[], numbers, Math.max(...numbers.map(Math.abs)));
    });
    // That it learned: otherwise it would be easy to stay near.
    expect(right.losses.at(-1)).toBeLessThan(right.losses[0] as number);
  });

  test.each([
    ['compiled', compile],
    ['eager', (step: () => Tensor) => step],
  ])('%s, dropout keeps what it keeps on the oracle, forwards and backwards', async (_how, run) => {
    const masks = async (on: Backend, manner: typeof run): Promise<number[]> => {
      useBackend(on);
      manualSeed(3);
      const x = new Parameter(ones([5, 7, 9]));
      const layer = new Dropout(0.4);
      const gradients = manner(() => {
        x.grad = undefined;
        const y = dropout(layer.call(x), { p: 0.2 });
        y.sum().backward();
        return y.mul(100).add(x.grad as unknown as Tensor);
      });
      const seen: number[] = [];
      for (let step = 0; step < 4; step++) seen.push(...(await gradients().data()));
      return seen;
    };
    const expected = await masks(cpu(), (step) => step);
    expect(new Set(expected).size).toBe(2);
    expect(await masks(backend, run)).toEqual(expected);
  });
});
