import { type Backend, snapshotTensors, type Tensor } from '@evenkeel/tensor';
import { type BatchSource, BatchStream } from '@evenkeel/trainer';
import type { Contestant, Picture, Reading } from './contestant.ts';
import { dates } from './dates.ts';
import type { PointSet } from './point-sets.ts';
import { points } from './points.ts';
import { type Settings, type Side, sides } from './settings.ts';
import type { Task } from './task.ts';

type AnyBatch = Readonly<Record<string, Tensor>>;

/** What each of the two networks gave. */
export type PerSide<Value> = Readonly<Record<Side, Value>>;

/** Two networks that learn from the same batches, one step each in turn. */
export class Race {
  readonly layerNames: readonly string[];
  readonly points: PointSet | undefined;
  readonly #contestants: PerSide<Contestant<AnyBatch>>;
  readonly #data: BatchSource<AnyBatch>;
  #batches: BatchStream<AnyBatch>;
  #step = 0;

  constructor(settings: Settings) {
    // A task's batches fit its own contestants, whichever task it is.
    const task = (settings.task === 'points' ? points : dates) as Task<unknown, never> as Task<unknown, AnyBatch>;
    this.layerNames = task.layerNames(settings);
    this.points = task.points?.(settings);
    this.#data = task.data(settings);
    this.#batches = new BatchStream(this.#data);
    this.#contestants = { a: task.contestant(settings, 'a'), b: task.contestant(settings, 'b') };
  }

  /** Steps that each network has done. */
  get step(): number {
    return this.#step;
  }

  /** One step of each network. */
  async advance(): Promise<PerSide<Reading>> {
    const batch = this.#batches.next();
    this.#step++;
    // Both are asked before either is waited for: a device computes one while the other is written down.
    const [a, b] = await Promise.all(sides.map((side) => this.#contestants[side].step(batch)));
    return { a: a!, b: b! };
  }

  /** What the networks have learned so far. */
  async pictures(): Promise<PerSide<Picture>> {
    return { a: await this.#contestants.a.picture(), b: await this.#contestants.b.picture() };
  }

  /** Gives what has it go on from here on another backend, when the device that it is on is lost. */
  async remember(): Promise<(backend: Backend) => void> {
    const [step, { position }] = [this.#step, this.#batches];
    const contestants = sides.map((side) => this.#contestants[side].remember());
    const tensors = await snapshotTensors();
    return (backend) => {
      tensors.moveTo(backend);
      for (const goBack of contestants) goBack();
      this.#batches = new BatchStream(this.#data, position);
      this.#step = step;
    };
  }
}
