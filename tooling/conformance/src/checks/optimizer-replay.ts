import type { Backend } from '@evenkeel/backend';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { compile, type Tensor, useBackend } from '@evenkeel/tensor';
import { type Check, expectThat } from './check.ts';
import { farFrom, type Numbers } from './differentiation.ts';
import { batchOf, smallModel } from './small-model.ts';

const steps = 8;

/** A few steps of training end where the oracle's end, and compiled where they end step by step. */
export function optimizerChecks(): Check[] {
  return [
    {
      group: 'optimizer',
      name: `${steps} steps of AdamW with clipping stay within 1e-5 of the oracle`,
      async run({ subject, oracle }) {
        const [got, expected] = [await train(subject, 'float32'), await train(oracle, 'float64')];
        expected.forEach((right, i) => {
          const problem = farFrom(got[i] as Numbers, right, 1e-5, 1e-5);
          expectThat(problem === undefined, () => `parameter ${i}: ${problem}`);
        });
      },
    },
    {
      group: 'optimizer',
      name: `${steps} compiled steps of AdamW with clipping, each another batch, end where eager ones do`,
      async run({ subject }) {
        const expected = await train(subject, 'float32');
        const got = await train(subject, 'float32', compile);
        const tolerance = subject.name === 'cpu' ? 0 : 1e-5;
        expected.forEach((right, i) => {
          const problem = farFrom(got[i] as Numbers, right, tolerance, tolerance);
          expectThat(problem === undefined, () => `parameter ${i}: ${problem}`);
        });
      },
    },
  ];
}

type Step = (x: Tensor, y: Tensor) => void;

async function train(
  backend: Backend,
  dtype: 'float32' | 'float64',
  run: (step: Step) => Step = (step) => step,
): Promise<Numbers[]> {
  useBackend(backend);
  const { parameters, loss } = smallModel(dtype);
  const optimizer = new AdamW(parameters, { lr: 0.01, weightDecay: 0.1 });
  const train = run((x, y) => {
    optimizer.zeroGrad();
    loss({ x, y }).backward();
    clipGradNorm(parameters, 0.5);
    optimizer.step();
  });
  for (let step = 0; step < steps; step++) {
    const { x, y } = batchOf(step, dtype);
    train(x, y);
  }
  return Promise.all(parameters.map((parameter) => parameter.data()));
}
