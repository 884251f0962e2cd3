import { ConfigError, NonFiniteError } from '@evenkeel/errors';
import { clipGradNorm } from '@evenkeel/optimizers';
import { type CompileCounters, compile, defaultGenerator, noGrad, type Tensor } from '@evenkeel/tensor';
import { BatchStream } from './batch-stream.ts';
import { type Checkpoint, describeData, requireSameData, withoutPrefix, withPrefix } from './checkpoint.ts';
import { fromHost, type HostCopy, loadModel, requireFinite, toHost } from './host-copy.ts';
import { currentNumerics, lostExactness } from './numerics.ts';
import { Selection } from './selection.ts';
import { type Json, packTree, unpackTree } from './tensor-tree.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { yieldToHost } from './yield-to-host.ts';

/**
 * Trains a model: batch, loss, gradients, clipping, optimizer step, and now and then validation and a checkpoint.
 *
 * A run that is resumed from a checkpoint ends bit for bit as one that was never interrupted, on the same backend.
 *
 * @throws NonFiniteError naming the step when the loss or the gradients' norm is NaN or infinite; checkpoints made
 *   before stay as they are
 * @throws ConfigError for options that do not go together, or data other than the checkpoint's
 *
 * @example await train({ model, optimizer, data: loader, loss: ({ x, y }) => mseLoss(model.call(x), y), epochs: 3 })
 */
export async function train<B>(options: TrainOptions<B>): Promise<TrainResult> {
  return new Training(options).run();
}

class Training<B> {
  readonly #options: TrainOptions<B>;
  readonly #steps: number;
  readonly #started = performance.now();
  #stream: BatchStream<B>;
  #selection: Selection;
  #best: HostCopy | undefined;
  #step = 0;
  #savedStep = 0;
  #earlierSeconds = 0;
  #loss: number | undefined;
  readonly #update: Update<B>;
  #toldOfShapes = false;

  constructor(options: TrainOptions<B>) {
    this.#options = options;
    this.#steps = countSteps(options);
    this.#stream = new BatchStream(options.data);
    this.#selection = new Selection(options.validation);
    const update = updateOf(options);
    this.#update = options.compile === false ? update : compile(update);
  }

  async run(): Promise<TrainResult> {
    const { model, checkpoints, validation, resume, signal } = this.#options;
    if (resume) await this.#resumeFrom(resume);
    model.train();
    while (this.#step < this.#steps && !this.#exhausted && !signal?.aborted) {
      await this.#trainStep();
      const improved = isDue(validation?.every, this.#step) && (await this.#validate());
      if (checkpoints && (improved || isDue(checkpoints.every, this.#step))) await this.#save();
      await yieldToHost();
    }
    if (checkpoints && this.#step > this.#savedStep) await this.#save();
    const reason = this.#exhausted ? 'early stopping' : this.#step < this.#steps ? 'aborted' : 'finished';
    if (reason !== 'aborted' && this.#best && this.#selection.state.best?.step !== this.#step) {
      loadModel(model, this.#best);
    }
    return { ...this.#selection.state, step: this.#step, reason, loss: this.#loss, seconds: this.#seconds };
  }

  async #trainStep(): Promise<void> {
    const { optimizer, schedule, onEvent } = this.#options;
    const { epoch } = this.#stream.position;
    const batch = this.#stream.next();
    if (schedule) setRate(optimizer, schedule(this.#step));
    const { loss, norm } = this.#update(batch);
    this.#step++;
    this.#loss = requireNumber(await loss.item(), 'loss', this.#step);
    const gradNorm = norm && { gradNorm: requireNumber(await norm.item(), 'norm of the gradients', this.#step) };
    const [group] = optimizer.paramGroups;
    const lr = group?.lr ?? Number.NaN;
    await this.#tellOfShapes();
    await onEvent?.({ type: 'step', step: this.#step, steps: this.#steps, epoch, loss: this.#loss, lr, ...gradNorm });
  }

  /** A program for each shape is worth its making only where shapes come again. */
  async #tellOfShapes(): Promise<void> {
    const { counters } = this.#update;
    if (this.#toldOfShapes || !counters || counters.planned < 16 || counters.planned < counters.replayed) return;
    this.#toldOfShapes = true;
    const message =
      `${counters.planned} programs were made in ${this.#step} steps, because batches differ in shape or in what is no tensor: ` +
      'pad them to a few shapes, or train with { compile: false }.';
    await this.#options.onEvent?.({ type: 'notice', message });
  }

  /** Returns whether it was the best validation so far. */
  async #validate(): Promise<boolean> {
    const { model, validation, earlyStopping, onEvent } = this.#options;
    model.eval();
    const metrics = await noGrad(() => validation!.evaluate());
    model.train();
    const improved = this.#selection.update(this.#step, metrics);
    if (improved && earlyStopping && (earlyStopping.restoreBest ?? true)) this.#best = await toHost(model.stateDict());
    await onEvent?.({ type: 'validation', step: this.#step, metrics, improved });
    return improved;
  }

  async #save(): Promise<void> {
    const { model, optimizer, data, checkpoints, onEvent } = this.#options;
    const step = this.#step;
    const { json, tensors } = packTree(optimizer.stateDict());
    const bestIsHere = this.#best !== undefined && this.#selection.state.best?.step === step;
    // The best model of this very step was read a moment ago.
    const copy = bestIsHere ? this.#best! : await toHost(model.stateDict());
    requireFinite(copy, step);
    const state = withPrefix(await toHost(tensors), 'optimizer.');
    if (this.#best && !bestIsHere) for (const [name, value] of withPrefix(this.#best, 'best.')) state.set(name, value);
    const record = {
      version: 1,
      step,
      position: this.#stream.position,
      data: describeData(data),
      generator: this.#generator.getState(),
      optimizer: json,
      selection: this.#selection.state,
      best: bestIsHere ? 'model' : this.#best ? 'state' : 'none',
      numerics: this.#numerics,
      seconds: this.#seconds,
    } as const;
    await checkpoints!.store.save({ record, model: copy, state });
    this.#savedStep = step;
    await onEvent?.({ type: 'checkpoint', step });
  }

  async #resumeFrom({ record, model: saved, state }: Checkpoint): Promise<void> {
    const { model, optimizer, data, validation, onEvent } = this.#options;
    requireSameData(record.data, describeData(data));
    loadModel(model, saved);
    noGrad(() => {
      const tensors = fromHost(withoutPrefix(state, 'optimizer.'));
      optimizer.loadStateDict(unpackTree(record.optimizer as Json, tensors) as never);
    });
    this.#generator.setState(record.generator);
    this.#stream = new BatchStream(data, record.position);
    this.#selection = new Selection(validation, record.selection);
    if (record.best !== 'none') this.#best = record.best === 'model' ? saved : withoutPrefix(state, 'best.');
    this.#step = record.step;
    this.#savedStep = record.step;
    this.#earlierSeconds = record.seconds;
    await onEvent?.({ type: 'resume', step: record.step });
    const message = lostExactness(record.numerics, this.#numerics);
    if (message) await onEvent?.({ type: 'notice', message });
  }

  get #exhausted(): boolean {
    const { earlyStopping } = this.#options;
    return earlyStopping !== undefined && this.#selection.state.unimproved >= earlyStopping.patience;
  }

  get #numerics() {
    return currentNumerics(this.#options.compile === false ? 'operations' : 'programs');
  }

  get #generator() {
    return this.#options.generator ?? defaultGenerator;
  }

  get #seconds(): number {
    return this.#earlierSeconds + (performance.now() - this.#started) / 1000;
  }
}

/** One step on a batch: the loss, and the gradients' norm before clipping. */
interface Update<B> {
  (batch: B): { readonly loss: Tensor; readonly norm: Tensor | undefined };
  readonly counters?: Readonly<CompileCounters>;
}

function updateOf<B>({ model, optimizer, loss: lossOf, clip }: TrainOptions<B>): Update<B> {
  return (batch) => {
    optimizer.zeroGrad();
    const loss = lossOf(batch);
    loss.backward();
    const norm = clip === undefined ? undefined : clipGradNorm(model.parameters(), clip);
    optimizer.step();
    return { loss, norm };
  };
}

function countSteps<B>({ steps, epochs, data, validation, earlyStopping }: TrainOptions<B>): number {
  const count = steps ?? (epochs ?? Number.NaN) * data.length;
  if ((steps === undefined) === (epochs === undefined) || !Number.isInteger(count) || count < 0) {
    throw new ConfigError('How long to train is not clear', {
      got: `steps ${steps}, epochs ${epochs}`,
      expected: 'one of the two, a whole number',
    });
  }
  if (earlyStopping && !validation) {
    throw new ConfigError('Early stopping needs a validation', { remedy: 'set validation: { every, evaluate }' });
  }
  return count;
}

function isDue(every: number | undefined, step: number): boolean {
  return every !== undefined && step % every === 0;
}

function setRate(optimizer: TrainOptions<unknown>['optimizer'], { lr, momentum }: { lr: number; momentum?: number }) {
  for (const group of optimizer.paramGroups) {
    group.lr = lr;
    if (momentum === undefined) continue;
    // As PyTorch's cyclic schedules: SGD's momentum, or Adam's first beta.
    if (group.betas) group.betas = [momentum, group.betas[1]];
    else group.momentum = momentum;
  }
}

function requireNumber(value: number, what: string, step: number): number {
  if (Number.isFinite(value)) return value;
  throw new NonFiniteError(`The ${what} is ${value} at step ${step}`, {
    got: String(value),
    expected: 'a finite number',
    remedy: 'lower the learning rate, clip the gradients or warm up; the last checkpoint is from before',
  });
}
