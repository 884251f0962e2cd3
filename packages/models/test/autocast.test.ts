import { cpu } from '@evenkeel/backend-cpu';
import { crossEntropy } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { autocast, compile, manualSeed, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { GPT } from '../src/index.ts';
import { steps, travel } from './support/journey.ts';
import { type TinyModel, tinyModels } from './support/tiny-models.ts';

/** A model that computes in mixed precision. */
const mixed =
  (make: () => TinyModel): (() => TinyModel) =>
  () => {
    const { model, run } = make();
    return { model, run: () => autocast(run) };
  };

const eager = <Step>(step: Step): Step => step;

describe('in mixed precision', () => {
  test.each(Object.entries(tinyModels))(
    'compiled steps of %s have the bits of the eager ones, and losses near float32',
    async (_name, make) => {
      const right = await travel(cpu(), mixed(make), eager);
      expect(await travel(cpu(), mixed(make), compile, right)).toEqual(right);
      const full = await travel(cpu(), make, eager, right);
      for (let i = 0; i < steps; i++) {
        const [loss, wide] = [right.losses[i] as number, full.losses[i] as number];
        expect(Math.abs(loss - wide)).toBeLessThan(2 ** -7 * (1 + Math.abs(wide)));
      }
      // Something was float16.
      expect(right.losses).not.toEqual(full.losses);
    },
  );

  test('a GPT learns as it does in float32', async () => {
    const train = async (enabled: boolean): Promise<number[]> => {
      useBackend(cpu());
      manualSeed(5);
      const sizes = { contextLength: 8, numLayers: 2, nhead: 2, dModel: 16, dropout: 0, tieWeights: false };
      const model = new GPT(11, sizes);
      const optimizer = new AdamW(model.parameters(), { lr: 3e-3 });
      // Count up by one, two or three.
      const rows = Array.from({ length: 6 }, (_, row) =>
        Array.from({ length: 9 }, (_, i) => (row * 4 + i * (1 + (row % 3))) % 11),
      );
      const [x, y] = [rows.map((row) => row.slice(0, -1)), rows.map((row) => row.slice(1))].map((part) =>
        tensor(part, { dtype: 'int32' }),
      ) as [Tensor, Tensor];
      const step = compile((input: Tensor, target: Tensor) => {
        optimizer.zeroGrad();
        const lossOf = () => crossEntropy(model.call(input).reshape([-1, 11]), target.reshape([-1]));
        const loss = autocast(lossOf, { enabled });
        loss.backward();
        clipGradNorm(model.parameters(), 1);
        optimizer.step();
        return loss;
      });
      const losses: number[] = [];
      for (let i = 0; i < 40; i++) losses.push(await step(x, y).item());
      return losses;
    };
    const [half, full] = [await train(true), await train(false)];
    expect(half.at(-1)).toBeLessThan(0.75 * (half[0] as number));
    // Rounding grows along the way; where it learns fastest a step too early or too late is a few percent.
    half.forEach((loss, i) => {
      expect(Math.abs(loss - (full[i] as number))).toBeLessThan(0.04 * (full[i] as number));
    });
  });
});
