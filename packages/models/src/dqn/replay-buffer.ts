import { ConfigError } from '@evenkeel/errors';
import { type Tensor, tensor } from '@evenkeel/tensor';

/** One thing that happened: what was seen, done and earned, what was seen next, and whether the task was over then. */
export interface Experience {
  observation: readonly number[];
  action: number;
  reward: number;
  next: readonly number[];
  terminated: boolean;
}

/** Experiences as tensors. */
export interface ExperienceBatch {
  /** float `[N, observationSize]` */
  observation: Tensor;
  /** int32 `[N]` */
  action: Tensor;
  /** float `[N]` */
  reward: Tensor;
  /** float `[N, observationSize]` */
  next: Tensor;
  /** float `[N]`: 1 where the task went on, 0 where it was over. */
  goesOn: Tensor;
}

/** The newest `capacity` experiences, to draw batches from; on the host, in arrays that never grow. Lin 1992. *
 * ```ts
 * const buffer = new ReplayBuffer(1000, 2);
 * buffer.add({ observation: [0, 1], action: 1, reward: 1, next: [1, 1], terminated: false });
 * console.log(buffer.sample(8, Math.random).observation.shape); // prints [ 8, 2 ]
 * ```
 */
export class ReplayBuffer {
  readonly capacity: number;
  readonly observationSize: number;
  private readonly observations: Float32Array;
  private readonly nexts: Float32Array;
  private readonly actions: Int32Array;
  private readonly rewards: Float32Array;
  private readonly goesOn: Float32Array;
  private added = 0;

  constructor(capacity: number, observationSize: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new ConfigError('the capacity is no size', { doing: 'making a ReplayBuffer', got: `${capacity}` });
    }
    this.capacity = capacity;
    this.observationSize = observationSize;
    this.observations = new Float32Array(capacity * observationSize);
    this.nexts = new Float32Array(capacity * observationSize);
    this.actions = new Int32Array(capacity);
    this.rewards = new Float32Array(capacity);
    this.goesOn = new Float32Array(capacity);
  }

  /** How many experiences can be drawn. */
  get length(): number {
    return Math.min(this.added, this.capacity);
  }

  /** Adds one, in place of the oldest if it is full. */
  add({ observation, action, reward, next, terminated }: Experience): void {
    const place = this.added++ % this.capacity;
    this.observations.set(observation, place * this.observationSize);
    this.nexts.set(next, place * this.observationSize);
    this.actions[place] = action;
    this.rewards[place] = reward;
    this.goesOn[place] = terminated ? 0 : 1;
  }

  /** `count` experiences drawn evenly, with repeats, by `draw` (numbers in [0, 1)). */
  sample(count: number, draw: () => number): ExperienceBatch {
    if (this.length === 0) throw new ConfigError('there is nothing to draw from yet', { op: 'ReplayBuffer.sample' });
    const places = Array.from({ length: count }, () => Math.floor(draw() * this.length));
    const one = (values: Float32Array): Tensor => tensor(Float32Array.from(places, (place) => values[place] ?? 0));
    return {
      observation: this.rows(this.observations, places),
      action: tensor(Int32Array.from(places, (place) => this.actions[place] ?? 0)),
      reward: one(this.rewards),
      next: this.rows(this.nexts, places),
      goesOn: one(this.goesOn),
    };
  }

  private rows(values: Float32Array, places: readonly number[]): Tensor {
    const size = this.observationSize;
    const chosen = new Float32Array(places.length * size);
    for (const [row, place] of places.entries()) {
      chosen.set(values.subarray(place * size, (place + 1) * size), row * size);
    }
    return tensor(chosen, { shape: [places.length, size] });
  }
}
