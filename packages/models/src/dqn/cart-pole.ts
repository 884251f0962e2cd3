import { ConfigError } from '@evenkeel/errors';
import { defaultGenerator, type Generator, hostRandom } from '@evenkeel/tensor';

/** What an environment answers to an action. */
export interface Transition {
  observation: readonly number[];
  reward: number;
  /** The task is over: nothing can be earned any more. */
  terminated: boolean;
  /** The time is up, though the task goes on: what comes after still counts. */
  truncated: boolean;
}

/** Something an agent acts in: a few numbers to see, a few actions to choose from. */
export interface Environment {
  /** How many numbers an observation has. */
  readonly observationSize: number;
  /** Actions are 0 … actions − 1. */
  readonly actions: number;
  /** Begins an episode. */
  reset(): readonly number[];
  /** Does one thing. After `terminated` or `truncated`, `reset` comes first. */
  step(action: number): Transition;
}

const gravity = 9.8;
const cartMass = 1;
const poleMass = 0.1;
const totalMass = cartMass + poleMass;
/** Half the pole's length, m. */
const halfLength = 0.5;
/** N */
const force = 10;
/** s */
const timeStep = 0.02;
const angleLimit = (12 * 2 * Math.PI) / 360;
const positionLimit = 2.4;

/**
 * A pole on a cart, to be held upright by pushing the cart left (0) or right (1); Gymnasium's CartPole-v1.
 *
 * Observations are cart position (m), velocity (m/s), pole angle (rad) and angular velocity (rad/s); an episode starts
 * with each uniform in ±0.05, gives 1 for every step, and ends at ±2.4 m, ±12° or after 500 steps.
 * Barto, Sutton and Anderson 1983, Neuronlike adaptive elements that can solve difficult learning control problems.
 *
 * ```ts
 * const environment = new CartPole();
 * environment.reset();
 * console.log(environment.step(1).reward); // prints 1
 * ```
 */
export class CartPole implements Environment {
  readonly observationSize = 4;
  readonly actions = 2;
  readonly maxSteps: number;
  private readonly draw: () => number;
  private state: [number, number, number, number] | undefined;
  private steps = 0;

  /** @param options.maxSteps when an episode is cut off (default 500) */
  constructor(options: { maxSteps?: number; generator?: Generator } = {}) {
    this.maxSteps = options.maxSteps ?? 500;
    this.draw = hostRandom(options.generator ?? defaultGenerator);
  }

  reset(): readonly number[] {
    const near = (): number => this.draw() * 0.1 - 0.05;
    return this.setState([near(), near(), near(), near()]);
  }

  /** Begins an episode in a given state. */
  setState(state: readonly [number, number, number, number]): readonly number[] {
    this.state = [...state];
    this.steps = 0;
    return [...state];
  }

  step(action: number): Transition {
    if (!this.state || (action !== 0 && action !== 1)) {
      throw new ConfigError('the cart cannot be pushed', {
        op: 'CartPole.step',
        got: this.state ? `action ${action}` : 'no episode',
        expected: 'action 0 or 1, after reset()',
      });
    }
    const [position, velocity, angle, spin] = this.state;
    const push = action === 1 ? force : -force;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const shared = (push + poleMass * halfLength * spin ** 2 * sine) / totalMass;
    const turning = (gravity * sine - cosine * shared) / (halfLength * (4 / 3 - (poleMass * cosine ** 2) / totalMass));
    const pushing = shared - (poleMass * halfLength * turning * cosine) / totalMass;
    // Euler's method: positions move by the velocities before the step.
    const next: [number, number, number, number] = [
      position + timeStep * velocity,
      velocity + timeStep * pushing,
      angle + timeStep * spin,
      spin + timeStep * turning,
    ];
    this.steps++;
    const terminated = Math.abs(next[0]) > positionLimit || Math.abs(next[2]) > angleLimit;
    const truncated = !terminated && this.steps >= this.maxSteps;
    this.state = terminated || truncated ? undefined : next;
    return { observation: [...next], reward: 1, terminated, truncated };
  }
}
