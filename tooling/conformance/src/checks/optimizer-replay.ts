import type { Backend } from '@evenkeel/backend';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { useBackend } from '@evenkeel/tensor';
import { type Check, expectThat } from './check.ts';
import { farFrom, type Numbers } from './differentiation.ts';
import { batchOf, smallModel } from './small-model.ts';

const steps = 8;

/** A few steps of training end where the oracle's end. */
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
  ];
}

async function train(backend: Backend, dtype: 'float32' | 'float64'): Promise<Numbers[]> {
  useBackend(backend);
  const { parameters, loss } = smallModel(dtype);
  const optimizer = new AdamW(parameters, { lr: 0.01, weightDecay: 0.1 });
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    loss(batchOf(step, dtype)).backward();
    clipGradNorm(parameters, 0.5);
    optimizer.step();
  }
  return Promise.all(parameters.map((parameter) => parameter.data()));
}
