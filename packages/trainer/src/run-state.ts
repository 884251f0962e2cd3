import { ConfigError } from '@evenkeel/errors';
import type { GradScaler } from '@evenkeel/optimizers';
import { defaultGenerator, noGrad, type Tensor } from '@evenkeel/tensor';
import { BatchStream } from './batch-stream.ts';
import { type Checkpoint, describeData, requireSameData, withoutPrefix, withPrefix } from './checkpoint.ts';
import { fromHost, type HostCopy, loadModel, toHost } from './host-copy.ts';
import { currentNumerics, type Numerics } from './numerics.ts';
import { Selection } from './selection.ts';
import { type Json, packTree, unpackTree } from './tensor-tree.ts';
import type { TrainOptions } from './train-options.ts';

/** How far a run has come, and all that its next step depends on: what a checkpoint holds. */
export class RunState<B> {
  readonly #options: TrainOptions<B>;
  readonly #started = performance.now();
  #earlierSeconds = 0;
  stream: BatchStream<B>;
  selection: Selection;
  /** The best model so far, where it is asked for. */
  best: HostCopy | undefined;
  /** What scales the loss in mixed precision. */
  scaler: GradScaler | undefined;
  /** Steps that were begun; the last one's loss may not have been read yet. */
  step = 0;

  constructor(options: TrainOptions<B>) {
    this.#options = options;
    this.stream = new BatchStream(options.data);
    this.selection = new Selection(options.validation);
  }

  get seconds(): number {
    return this.#earlierSeconds + (performance.now() - this.#started) / 1000;
  }

  get numerics(): Numerics {
    return currentNumerics(this.#options.compile === false ? 'operations' : 'programs', this.scaler && 'float16');
  }

  /** The tensors that a checkpoint holds. */
  get tensors(): Tensor[] {
    const { model, optimizer } = this.#options;
    const states = packTree([optimizer.stateDict(), this.scaler?.stateDict() ?? null]);
    return [...model.stateDict().values(), ...states.tensors.values()];
  }

  /** Reads all of it from the device. */
  async capture(): Promise<Checkpoint> {
    const { model, optimizer, data } = this.#options;
    const { json, tensors } = packTree(optimizer.stateDict());
    const scaler = packTree(this.scaler?.stateDict() ?? null);
    const record = {
      version: 1,
      step: this.step,
      position: this.stream.position,
      data: describeData(data),
      generator: this.#generator.getState(),
      optimizer: json,
      scaler: scaler.json ?? undefined,
      selection: this.selection.state,
      numerics: this.numerics,
      seconds: this.seconds,
    } as const;
    const { best } = this;
    const bestIsHere = best !== undefined && this.selection.state.best?.step === this.step;
    // The best model of this very step was read a moment ago.
    const copy = bestIsHere ? best : await toHost(model.stateDict());
    const state = new Map([
      ...withPrefix(await toHost(tensors), 'optimizer.'),
      ...withPrefix(await toHost(scaler.tensors), 'scaler.'),
    ]);
    if (best && !bestIsHere) for (const [name, value] of withPrefix(best, 'best.')) state.set(name, value);
    return { record: { ...record, best: bestIsHere ? 'model' : best ? 'state' : 'none' }, model: copy, state };
  }

  /** Goes back, or on, to where a checkpoint is. */
  restore({ record, model: saved, state }: Checkpoint): void {
    const { model, optimizer, data, validation } = this.#options;
    requireSameData(record.data, describeData(data));
    if (record.scaler && !this.scaler) {
      throw new ConfigError('The checkpoint is of a run in float16', { remedy: "train with precision: 'float16'" });
    }
    loadModel(model, saved);
    noGrad(() => {
      const tensors = fromHost(withoutPrefix(state, 'optimizer.'));
      optimizer.loadStateDict(unpackTree(record.optimizer as Json, tensors) as never);
      if (record.scaler) {
        this.scaler?.loadStateDict(unpackTree(record.scaler, fromHost(withoutPrefix(state, 'scaler.'))) as object);
      }
    });
    this.#generator.setState(record.generator);
    this.stream = new BatchStream(data, record.position);
    this.selection = new Selection(validation, record.selection);
    this.best = record.best === 'none' ? undefined : record.best === 'model' ? saved : withoutPrefix(state, 'best.');
    this.step = record.step;
  }

  /** Counts in what earlier sittings took. */
  addSeconds(seconds: number): void {
    this.#earlierSeconds += seconds;
  }

  get #generator() {
    return this.#options.generator ?? defaultGenerator;
  }
}
