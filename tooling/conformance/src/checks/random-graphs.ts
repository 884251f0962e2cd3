import type { Tensor } from '@evenkeel/tensor';
import { type Check, expectThat, on } from './check.ts';
import { farFrom, type Numbers } from './differentiation.ts';
import { buildGraph } from './random-graph.ts';

const count = 240;

/** Of a dozen float32 operations in a row, each value to within 1e-4 of itself and 2e-5 of the largest of its tensor. */
const [relative, absolute] = [1e-4, 2e-5];

interface Outcome {
  readonly values: readonly Numbers[];
  readonly gradients: readonly (Numbers | undefined)[];
  readonly description: readonly string[];
}

/** Small computations that nobody thought of, forward and backward, against the oracle's float64. */
export function randomGraphChecks(seed: number): Check[] {
  return Array.from({ length: count }, (_, i) => {
    const own = seed * 100_000 + i;
    return {
      group: 'random graphs',
      name: `graph ${i} of seed ${seed} (${own})`,
      seed: own,
      async run({ subject, oracle }) {
        const expected = await on(oracle, () => outcome(own, 'float64'));
        const told = `\n  ${expected.description.join('\n  ')}`;
        const got = await on(subject, () => outcome(own, 'float32'));
        expected.values.forEach((right, k) => {
          const problem = farFrom(got.values[k] as Numbers, right, relative, absolute);
          expectThat(problem === undefined, () => `value ${k}: ${problem}${told}`);
        });
        expected.gradients.forEach((right, k) => {
          const mine = got.gradients[k];
          const problem = right && (mine ? farFrom(mine, right, relative, absolute) : 'there is none');
          expectThat(problem === undefined, () => `the gradient of leaf ${k}: ${problem}${told}`);
        });
      },
    };
  });
}

async function outcome(seed: number, dtype: 'float32' | 'float64'): Promise<Outcome> {
  const { leaves, values, loss, description } = buildGraph(seed, dtype);
  loss.backward();
  const read = (tensor: Tensor) => tensor.data();
  return {
    values: await Promise.all([...values, loss].map(read)),
    gradients: await Promise.all(leaves.map(({ grad }) => (grad ? read(grad) : undefined))),
    description,
  };
}
