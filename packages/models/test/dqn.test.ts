import { wasm } from '@evenkeel/backend-wasm';
import { ConfigError } from '@evenkeel/errors';
import { Adam } from '@evenkeel/optimizers';
import { Generator, manualSeed, memory, tensor, useBackend } from '@evenkeel/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CartPole, DQNAgent, type Environment, MLP, ReplayBuffer, type Transition } from '../src/index.ts';

beforeAll(() => useBackend(wasm()));
beforeEach(() => manualSeed(1));

describe('CartPole', () => {
  test('moves as the equations say', () => {
    const environment = new CartPole();
    environment.setState([0, 0, 0, 0]);
    const first = environment.step(1).observation;
    // At rest upright, force 10 N: shared = 10/1.1, angular acceleration −shared / (0.5 (4/3 − 0.1/1.1)),
    // acceleration shared − 0.05 · that / 1.1. After 0.02 s only the velocities have changed.
    const shared = 10 / 1.1;
    const turning = -shared / (0.5 * (4 / 3 - 0.1 / 1.1));
    const pushing = shared - (0.05 * turning) / 1.1;
    expect(first).toEqual([0, expect.closeTo(0.02 * pushing, 12), 0, expect.closeTo(0.02 * turning, 12)]);
    expect(first[1]).toBeCloseTo(0.195122, 6);
    expect(first[3]).toBeCloseTo(-0.292683, 6);
    const second = environment.step(0).observation;
    expect([second[0], second[2]]).toEqual([
      expect.closeTo(0.02 * Number(first[1]), 12),
      expect.closeTo(0.02 * Number(first[3]), 12),
    ]);
  });

  test('mirrors: pushing left from the mirrored state gives the mirrored state', () => {
    const environment = new CartPole();
    environment.setState([0.1, -0.2, 0.05, 0.3]);
    const right = environment.step(1).observation;
    environment.setState([-0.1, 0.2, -0.05, -0.3]);
    const left = environment.step(0).observation;
    for (const [at, value] of right.entries()) expect(left[at]).toBeCloseTo(-value, 12);
  });

  test('ends when the pole falls or the cart leaves, and is cut off in time', () => {
    const environment = new CartPole({ maxSteps: 3 });
    environment.setState([0, 0, 0.2, 2]);
    expect(environment.step(1)).toMatchObject({ terminated: true, truncated: false, reward: 1 });
    environment.setState([2.39, 1, 0, 0]);
    expect(environment.step(1)).toMatchObject({ terminated: true });
    environment.reset();
    expect([1, 0, 1].map((action) => environment.step(action).truncated)).toEqual([false, false, true]);
    expect(() => environment.step(0)).toThrow(ConfigError);
  });

  test('starts near the middle, the same from the same seed', () => {
    const starts = (seed: number) => new CartPole({ generator: new Generator(seed) }).reset();
    expect(starts(1)).toEqual(starts(1));
    expect(starts(1)).not.toEqual(starts(2));
    expect(starts(1).every((value) => Math.abs(value) <= 0.05)).toBe(true);
  });
});

describe('ReplayBuffer', () => {
  const experience = (i: number) => ({
    observation: [i],
    action: i,
    reward: 10 * i,
    next: [i + 0.5],
    terminated: i === 3,
  });

  test('forgets the oldest and keeps what belongs together together', async () => {
    const buffer = new ReplayBuffer(3, 1);
    for (let i = 0; i < 5; i++) buffer.add(experience(i));
    expect(buffer.length).toBe(3);
    const draws = [0, 0.4, 0.9];
    const batch = buffer.sample(3, () => draws.shift() ?? 0);
    // Places 0, 1, 2 hold experiences 3, 4, 2.
    expect(await batch.action.tolist()).toEqual([3, 4, 2]);
    expect(await batch.observation.tolist()).toEqual([[3], [4], [2]]);
    expect(await batch.next.tolist()).toEqual([[3.5], [4.5], [2.5]]);
    expect(await batch.reward.tolist()).toEqual([30, 40, 20]);
    expect(await batch.goesOn.tolist()).toEqual([0, 1, 1]);
  });

  test('has nothing to draw from at first', () => {
    expect(() => new ReplayBuffer(3, 1).sample(1, () => 0)).toThrow(ConfigError);
  });
});

/** Five places in a row; the last is the goal, and each step costs 1. */
class Corridor implements Environment {
  readonly observationSize = 5;
  readonly actions = 2;
  private place = 0;
  private steps = 0;

  reset(): readonly number[] {
    this.place = 0;
    this.steps = 0;
    return this.see();
  }

  step(action: number): Transition {
    this.place = Math.max(0, this.place + (action === 1 ? 1 : -1));
    this.steps++;
    const terminated = this.place === 4;
    return { observation: this.see(), reward: -1, terminated, truncated: !terminated && this.steps === 30 };
  }

  private see(): number[] {
    return Array.from({ length: 5 }, (_, place) => Number(place === this.place));
  }
}

describe('DQNAgent', () => {
  const quick = { learningStarts: 50, copyEvery: 50, explorationSteps: 500, batchSize: 32 };

  test('learns what each action is worth', async () => {
    const network = new MLP(5, 2, { hidden: [24] });
    const agent = new DQNAgent(network, new Adam(network.parameters(), { lr: 0.01 }), new Corridor(), {
      ...quick,
      gamma: 0.9,
    });
    await agent.train({ steps: 1200 });
    expect(await agent.evaluate(2)).toEqual([-4, -4]);
    // From the start four steps are left: −(1 − 0.9⁴) / (1 − 0.9) = −3.439; from the place before the goal −1.
    const worth = async (place: number) =>
      await network
        .call(tensor([Array.from({ length: 5 }, (_, at) => Number(at === place))]))
        .amax()
        .item();
    expect(Math.abs((await worth(3)) + 1)).toBeLessThan(0.15);
    expect(Math.abs((await worth(0)) + 3.439)).toBeLessThan(0.4);
  });

  test('values with an older copy what comes next, and nothing after the end', async () => {
    const network = new MLP(1, 2, { hidden: [] });
    const layer = (bias: number[]) => ({ 'layers.0.weight': tensor([[0], [0]]), 'layers.0.bias': tensor(bias) });
    network.loadStateDict(layer([0, 5]));
    const corridor = Object.assign(new Corridor(), { observationSize: 1 });
    const make = (double: boolean) =>
      new DQNAgent(network, new Adam(network.parameters()), corridor, { gamma: 0.5, double });
    const [plain, double] = [make(false), make(true)];
    // The copies were made at [0, 5]; now the network prefers action 0, the copies value action 1.
    network.loadStateDict(layer([7, 6]));
    const batch = {
      observation: tensor([[0], [0]]),
      action: tensor([0, 1], { dtype: 'int32' }),
      reward: tensor([1, 1]),
      next: tensor([[0], [0]]),
      goesOn: tensor([1, 0]),
    };
    // Targets 1 + 0.5 · 5 = 3.5 or, chosen by the network, 1 + 0.5 · 0 = 1; and 1. Huber: |d| − 0.5.
    expect(await plain.loss(batch).item()).toBeCloseTo((7 - 3.5 - 0.5 + (6 - 1 - 0.5)) / 2, 5);
    expect(await double.loss(batch).item()).toBeCloseTo((7 - 1 - 0.5 + (6 - 1 - 0.5)) / 2, 5);
    plain.copyToTarget();
    expect(await plain.loss(batch).item()).toBeCloseTo((7 - 4.5 - 0.5 + (6 - 1 - 0.5)) / 2, 5);
  });

  test('explores less and less, and stops when told to', async () => {
    const network = new MLP(5, 2, { hidden: [8] });
    const agent = new DQNAgent(network, new Adam(network.parameters()), new Corridor(), {
      ...quick,
      learningStarts: 10_000,
      explorationSteps: 100,
      exploration: [1, 0.2],
    });
    expect(agent.explorationRate).toBe(1);
    await agent.train({ steps: 50 });
    expect(agent.explorationRate).toBeCloseTo(0.6, 9);
    const episodes: number[] = [];
    await agent.train({ steps: 10_000, onEpisode: ({ steps }) => episodes.push(steps) === 2 });
    expect(episodes).toHaveLength(2);
    expect(episodes[1]).toBeLessThan(200);
  });

  test('does not grow while it learns', async () => {
    const network = new MLP(5, 2, { hidden: [8] });
    const agent = new DQNAgent(network, new Adam(network.parameters()), new Corridor(), quick);
    await agent.train({ steps: 100 });
    const { tensors } = memory();
    await agent.train({ steps: 100 });
    expect(memory().tensors).toBeLessThanOrEqual(tensors);
  });
});
