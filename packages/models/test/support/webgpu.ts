import { cpu } from '@evenkeel/backend-cpu';
import { webgpu } from '@evenkeel/backend-webgpu';
import { missing, nodeGpu } from '@evenkeel/node-gpu';
import type { Tensor } from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { type Journey, type State, steps, travel } from './journey.ts';
import { tinyModels } from './tiny-models.ts';

const gpu = await nodeGpu();
if (!gpu && process.env['REQUIRE_BROWSER']) throw new Error(missing);
/** One for all tests of a file, so that models share what is made of kernels. Undefined where there is no GPU, not even one in software. */
export const onWebgpu = gpu && (await webgpu({ gpu }));

/** Declares tests of a machine with a GPU; elsewhere they are skipped, and the reason is told. */
export function describeOnWebgpu(name: string, declare: () => void): void {
  if (onWebgpu) describe(name, declare);
  else describe.skip(`${name} (${missing})`, declare);
}

/** Declares for every model that three steps, each from the oracle's state, give the oracle's loss and update. */
export function describeSteps(name: string, run: (step: () => Tensor) => () => Tensor): void {
  describeOnWebgpu(name, () => {
    test.each(Object.entries(tinyModels))('%s has the loss and update of the oracle', async (_model, make) => {
      const right = await travel(cpu(), make, (step) => step);
      expectSameUpdates(await travel(onWebgpu as NonNullable<typeof onWebgpu>, make, run, right), right);
    });
  });
}

const tolerance = 1e-4;
/** What float32 rounds to: of a number of the tensor, or of a gradient whose parts cancel. */
const epsilon = 2 ** -23;

/** Each loss relative to itself; each tensor's update relative to the largest number of it. */
function expectSameUpdates(got: Journey, right: Journey): void {
  for (let i = 0; i < steps; i++) {
    const [mine, theirs] = [got.after[i] as State, right.after[i] as State];
    expect(mine.generator).toEqual(theirs.generator);
    const loss = right.losses[i] as number;
    expect(Math.abs((got.losses[i] as number) - loss), `loss of step ${i}`).toBeLessThanOrEqual(
      tolerance * Math.abs(loss),
    );
    const [moved, wanted] = [updates(got, i), updates(right, i)];
    const ofModel = Math.max(...wanted.map(largest));
    wanted.forEach((update, k) => {
      const error = largest(update.map((x, at) => (moved[k]?.[at] as number) - x));
      const rounding = epsilon * Math.max(largest(theirs.tensors[k] as number[]), ofModel);
      expect(error, `tensor ${k} in step ${i}`).toBeLessThanOrEqual(tolerance * largest(update) + rounding);
    });
  }
}

/** What a step added to each tensor. */
function updates({ before, after }: Journey, step: number): number[][] {
  return (after[step] as State).tensors.map((numbers, k) =>
    numbers.map((x, at) => x - (before[step]?.tensors[k]?.[at] as number)),
  );
}

function largest(numbers: readonly number[]): number {
  return Math.max(0, ...numbers.map(Math.abs));
}
