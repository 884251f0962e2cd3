/**
 * Deep Q-learning holds a pole upright on a cart; solved is an average of 475 over 100 episodes, of at most 500.
 *
 * node --conditions=@evenkeel/source examples/dqn-cart-pole.ts [seed …]
 */
import { wasm } from '@evenkeel/backend-wasm';
import { CartPole, DQNAgent, MLP } from '@evenkeel/models';
import { Adam } from '@evenkeel/optimizers';
import { manualSeed, useBackend } from '@evenkeel/tensor';

useBackend(wasm());
const given = process.argv.slice(2).map(Number);
const seeds = given.length > 0 ? given : [1, 2, 3, 4, 5];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

let solved = 0;
for (const seed of seeds) {
  manualSeed(seed);
  const start = performance.now();
  const environment = new CartPole();
  const network = new MLP(environment.observationSize, environment.actions, { hidden: [128, 128] });
  const agent = new DQNAgent(network, new Adam(network.parameters(), { lr: 1e-3 }), environment, {
    batchSize: 64,
    learningStarts: 1000,
    trainEvery: 2,
    copyEvery: 250,
    exploration: [1, 0.04],
    explorationSteps: 8000,
  });
  const recent: number[] = [];
  let steps = 0;
  // Stops when it looks solved; what counts is the evaluation afterwards.
  await agent.train({
    steps: 60_000,
    onEpisode: async (episode) => {
      recent.push(episode.reward);
      if (recent.length > 10) recent.shift();
      steps = episode.steps;
      return recent.length === 10 && mean(recent) >= 450 && mean(await agent.evaluate(10)) >= 499;
    },
  });
  const average = mean(await agent.evaluate(100));
  if (average >= 475) solved++;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `seed ${seed}: average return ${average.toFixed(1)} over 100 episodes after ${steps} steps, ${seconds} s`,
  );
}
console.log(`solved by ${solved} of ${seeds.length} seeds`);
