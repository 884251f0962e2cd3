import { smoothL1Loss, type TensorModule } from '@evenkeel/nn-layers';
import { defaultGenerator, type Generator, hostRandom, noGrad, scope, type Tensor, tensor } from '@evenkeel/tensor';
import type { Environment, Transition } from './cart-pole.ts';
import { type ExperienceBatch, ReplayBuffer } from './replay-buffer.ts';

/** What moves the network's parameters: any optimizer of @evenkeel/optimizers. */
export interface Stepper {
  zeroGrad(): void;
  step(): void;
}

export interface DQNAgentOptions {
  /** How much the next step counts against this one (default 0.99). */
  gamma?: number;
  /** Experiences remembered (default 100 000). */
  capacity?: number;
  /** Experiences in each update (default 64). */
  batchSize?: number;
  /** Steps before the first update (default 1000). */
  learningStarts?: number;
  /** Steps between rounds of updates (default 1). */
  trainEvery?: number;
  /** Updates in each round (default 1). */
  updates?: number;
  /** Steps between copies of the network into the target network (default 500). */
  copyEvery?: number;
  /** The chance of a random action falls from the first to the second number (default `[1, 0.05]`) … */
  exploration?: readonly [number, number];
  /** … over so many steps (default 10 000). */
  explorationSteps?: number;
  /** Whether the network chooses and the target values the next action; van Hasselt et al. 2016 (default true). */
  double?: boolean;
  /** Where the draws come from (default: the default generator). */
  generator?: Generator;
}

/** How an episode went. */
export interface Episode {
  /** The sum of its rewards. */
  reward: number;
  /** Steps the agent has made in all. */
  steps: number;
}

/**
 * Deep Q-learning: a network that says what each action is worth, trained on remembered experiences towards
 * reward + gamma · (worth of the best next action by a target network, an older copy).
 *
 * Mnih et al. 2015, Human-level control through deep reinforcement learning. The network maps observations
 * `[N, observationSize]` to `[N, actions]`; an `MLP` serves. The loss is Huber's. The optimizer is the caller's.
 *
 * ```ts
 * const environment = new CartPole();
 * const network = new MLP(4, 2, { hidden: [64, 64] });
 * const agent = new DQNAgent(network, new Adam(network.parameters()), environment, { copyEvery: 250 });
 * await agent.train({ steps: 50 });
 * console.log((await agent.evaluate(2)).length); // prints 2
 * ```
 */
export class DQNAgent {
  readonly network: TensorModule;
  readonly target: TensorModule;
  readonly memory: ReplayBuffer;
  private readonly optimizer: Stepper;
  private readonly environment: Environment;
  private readonly options: Required<Omit<DQNAgentOptions, 'generator' | 'capacity'>>;
  private readonly draw: () => number;
  private steps = 0;

  constructor(network: TensorModule, optimizer: Stepper, environment: Environment, options: DQNAgentOptions = {}) {
    const { generator = defaultGenerator, capacity = 100_000, ...rest } = options;
    this.network = network;
    this.target = network.clone().requiresGrad_(false);
    this.optimizer = optimizer;
    this.environment = environment;
    this.memory = new ReplayBuffer(capacity, environment.observationSize);
    this.draw = hostRandom(generator);
    this.options = {
      gamma: 0.99,
      batchSize: 64,
      learningStarts: 1000,
      trainEvery: 1,
      updates: 1,
      copyEvery: 500,
      exploration: [1, 0.05],
      explorationSteps: 10_000,
      double: true,
      ...rest,
    };
  }

  /** The chance of a random action at present. */
  get explorationRate(): number {
    const [first, last] = this.options.exploration;
    const done = Math.min(1, this.steps / this.options.explorationSteps);
    return first + (last - first) * done;
  }

  /** The action that the network holds best. */
  async act(observation: readonly number[]): Promise<number> {
    const best = noGrad(() => this.network.call(tensor([[...observation]])).argmax(1));
    const action = await best.item();
    best.release();
    return action;
  }

  /**
   * Acts and learns for so many steps. Between episodes it lets other tasks run.
   *
   * @param options.onEpisode sees every episode that ended; returns true to stop early
   */
  async train(options: {
    steps: number;
    onEpisode?: (episode: Episode) => boolean | Promise<boolean> | undefined;
  }): Promise<void> {
    const { learningStarts, trainEvery, updates, copyEvery } = this.options;
    const last = this.steps + options.steps;
    let observation = this.environment.reset();
    let reward = 0;
    while (this.steps < last) {
      const isRandom = this.draw() < this.explorationRate;
      const action = isRandom ? Math.floor(this.draw() * this.environment.actions) : await this.act(observation);
      const happened = this.environment.step(action);
      this.remember(observation, action, happened);
      this.steps++;
      reward += happened.reward;
      observation = happened.observation;
      if (this.steps >= learningStarts && this.steps % trainEvery === 0) {
        for (let update = 0; update < updates; update++) this.learn();
      }
      if (this.steps % copyEvery === 0) this.copyToTarget();
      if (happened.terminated || happened.truncated) {
        if (await options.onEpisode?.({ reward, steps: this.steps })) return;
        await breathe();
        observation = this.environment.reset();
        reward = 0;
      }
    }
  }

  /** The rewards of so many episodes without random actions and without learning. */
  async evaluate(episodes: number): Promise<number[]> {
    const rewards: number[] = [];
    for (let episode = 0; episode < episodes; episode++) {
      let observation = this.environment.reset();
      let [reward, isOver] = [0, false];
      while (!isOver) {
        const happened = this.environment.step(await this.act(observation));
        observation = happened.observation;
        reward += happened.reward;
        isOver = happened.terminated || happened.truncated;
      }
      rewards.push(reward);
      await breathe();
    }
    return rewards;
  }

  /** The loss of a batch: Huber's, of the worth of the actions done against their targets. */
  loss(batch: ExperienceBatch): Tensor {
    return scope(() => {
      const worth = this.network.call(batch.observation).gather(1, batch.action.unsqueeze(1)).squeeze(1);
      return smoothL1Loss(worth, this.targets(batch));
    });
  }

  /** Makes the target network equal to the network. */
  copyToTarget(): void {
    this.target.loadStateDict(this.network.stateDict());
  }

  private targets({ reward, next, goesOn }: ExperienceBatch): Tensor {
    return noGrad(() => {
      const worths = this.target.call(next);
      const best = this.options.double
        ? worths.gather(1, this.network.call(next).argmax(1, { keepdim: true })).squeeze(1)
        : worths.amax(1);
      return reward.add(best.mul(goesOn).mul(this.options.gamma));
    });
  }

  private learn(): void {
    this.optimizer.zeroGrad();
    this.loss(this.memory.sample(this.options.batchSize, this.draw)).backward();
    this.optimizer.step();
  }

  // The end of the time is not the end of the task: what would have come still counts.
  private remember(
    observation: readonly number[],
    action: number,
    { observation: next, reward, terminated }: Transition,
  ): void {
    this.memory.add({ observation, action, reward, next, terminated });
  }
}

/** Lets the page paint and the garbage collector's callbacks run: on some backends nothing here ever waits. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
