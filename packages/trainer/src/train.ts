import { ConfigError, DeviceError, NonFiniteError } from '@evenkeel/errors';
import { compile, currentBackend, noGrad } from '@evenkeel/tensor';
import type { Checkpoint } from './checkpoint.ts';
import type { TrainEvent } from './events.ts';
import { loadModel, requireFinite, toHost } from './host-copy.ts';
import { lostExactness } from './numerics.ts';
import { Recovery } from './recovery.ts';
import { RunState } from './run-state.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import { TrainingStoppedError } from './training-stopped-error.ts';
import { setRate, type Update, updateOf } from './update.ts';
import { yieldToHost } from './yield-to-host.ts';

/**
 * Trains a model: batch, loss, gradients, clipping, optimizer step, and now and then validation and a checkpoint.
 *
 * A run that is resumed from a checkpoint ends bit for bit as one that was never interrupted, on the same backend. So does one whose
 * device is lost in between, where there is another.
 *
 * @throws NonFiniteError naming the step when the loss or the gradients' norm is NaN or infinite; checkpoints made
 *   before stay as they are
 * @throws TrainingStoppedError when the device fails and training cannot go on, with the last snapshot
 * @throws ConfigError for options that do not go together, or data other than the checkpoint's
 *
 * @example await train({ model, optimizer, data: loader, loss: ({ x, y }) => mseLoss(model.call(x), y), epochs: 3 })
 */
export async function train<B>(options: TrainOptions<B>): Promise<TrainResult> {
  return new Training(options).run();
}

/** A step that was begun, and what is not read of it yet. */
interface Begun {
  readonly step: number;
  readonly epoch: number;
  readonly lr: number;
  readonly loss: Promise<number>;
  readonly norm: Promise<number> | undefined;
  /** In mixed precision, the scale that follows. */
  readonly scale: Promise<number> | undefined;
}

class Training<B> {
  readonly #options: TrainOptions<B>;
  readonly #steps: number;
  readonly #state: RunState<B>;
  readonly #recovery: Recovery<B> | undefined;
  #update: Update<B>;
  /** In mixed precision, the scale of the next loss to be read. */
  #scale: number | undefined;
  #begun: Begun | undefined;
  /** The last step whose loss was read. */
  #done = 0;
  /** The last step, validation and checkpoint that were told; what is done again after a loss is not told again. */
  readonly #told = { step: 0, validation: 0, checkpoint: 0 };
  #loss: number | undefined;
  #toldOfShapes = false;

  constructor(options: TrainOptions<B>) {
    this.#options = options;
    this.#steps = countSteps(options);
    this.#state = new RunState(options);
    this.#recovery = options.recovery === false ? undefined : new Recovery(this.#state, options.recovery);
    this.#update = updateOf(options);
  }

  async run(): Promise<TrainResult> {
    const { resume, precision = 'float32', compile: isProgram = true } = this.#options;
    if (precision !== 'float32') {
      const { scaledUpdate, scalerFor } = await import('./mixed-precision.ts');
      this.#state.scaler = scalerFor(precision);
      this.#update = scaledUpdate(this.#options, this.#state.scaler);
    }
    if (isProgram) this.#update = compile(this.#update);
    if (resume) await this.#resumeFrom(resume);
    for (;;) {
      try {
        return await this.#runToTheEnd();
      } catch (error) {
        await this.#recoverFrom(error);
      }
    }
  }

  async #runToTheEnd(): Promise<TrainResult> {
    const { model, checkpoints, validation, signal } = this.#options;
    const state = this.#state;
    const isLate = (this.#options.readLoss ?? (currentBackend().isAsynchronous ? 'late' : 'at once')) === 'late';
    model.train();
    this.#scale = await state.scaler?.getScale();
    if (this.#recovery?.isDue) await this.#recovery.snapshot();
    while (state.step < this.#steps && !this.#exhausted && !signal?.aborted) {
      const before = this.#begun;
      this.#begun = this.#begin();
      if (before) await this.#finish(before);
      const isDue = (every: number | undefined) => every !== undefined && state.step % every === 0;
      const validates = isDue(validation?.every);
      const saves = isDue(checkpoints?.every);
      if (!isLate || validates || saves || this.#recovery?.isDue) await this.#finishLast();
      const improved = validates && (await this.#validate());
      if (checkpoints && (improved || saves)) await this.#save();
      if (this.#recovery?.isDue) await this.#recovery.snapshot();
      await yieldToHost();
    }
    await this.#finishLast();
    if (checkpoints && state.step > this.#told.checkpoint) await this.#save();
    const reason = this.#exhausted ? 'early stopping' : state.step < this.#steps ? 'aborted' : 'finished';
    if (reason !== 'aborted' && state.best && state.selection.state.best?.step !== state.step) {
      loadModel(model, state.best);
    }
    // A loss that nothing was read after would leave a model that nobody can read.
    if (currentBackend().isLost) throw new DeviceError('the device was lost after the last step');
    return { ...state.selection.state, step: state.step, reason, loss: this.#loss, seconds: state.seconds };
  }

  /** Has the device do a step. */
  #begin(): Begun {
    const { optimizer, schedule } = this.#options;
    const { stream, step } = this.#state;
    const { epoch } = stream.position;
    const batch = stream.next();
    if (schedule) setRate(optimizer, schedule(step));
    const update = this.#update(batch);
    const [loss, norm, scale] = [update.loss.item(), update.norm?.item(), update.scale?.item()];
    // Whoever waits for them hears of a failure; nobody may, when something else fails before.
    for (const read of [loss, norm, scale]) read?.catch(() => {});
    const [group] = optimizer.paramGroups;
    return { step: ++this.#state.step, epoch, lr: group?.lr ?? Number.NaN, loss, norm, scale };
  }

  async #finishLast(): Promise<void> {
    const last = this.#begun;
    this.#begun = undefined;
    if (last) await this.#finish(last);
  }

  /** Waits for a step. */
  async #finish({ step, epoch, lr, loss: lossRead, norm, scale: scaleRead }: Begun): Promise<void> {
    const [before = 0, scale = 0] = [this.#scale, await scaleRead];
    this.#scale = scale;
    // The scale falls where gradients overflow, and only there. Below 1 it is not the scale that they overflow by.
    const isSkipped = scale < before && scale >= 1;
    const checked = (value: number, what: string) => (isSkipped ? value : requireNumber(value, what, step));
    const loss = checked(await lossRead, 'loss');
    const gradNorm = norm && { gradNorm: checked(await norm, 'norm of the gradients') };
    if (scale < before) checked(Number.POSITIVE_INFINITY, 'largest gradient');
    const scaling = scale > 0 && { scale: before, ...(isSkipped && { skipped: true as const }) };
    this.#loss = loss;
    this.#done = step;
    if (step > this.#told.step) this.#recovery?.progress();
    await this.#tellOfShapes();
    await this.#tell({ type: 'step', step, steps: this.#steps, epoch, loss, lr, ...gradNorm, ...scaling });
  }

  async #tell(event: Extract<TrainEvent, { type: 'step' | 'validation' | 'checkpoint' }>): Promise<void> {
    if (event.step <= this.#told[event.type]) return;
    this.#told[event.type] = event.step;
    await this.#options.onEvent?.(event);
  }

  /** A program for each shape is worth its making only where shapes come again. */
  async #tellOfShapes(): Promise<void> {
    const { counters } = this.#update;
    if (this.#toldOfShapes || !counters || counters.planned < 16 || counters.planned < counters.replayed) return;
    this.#toldOfShapes = true;
    const message =
      `${counters.planned} programs were made in ${this.#done} steps, because batches differ in shape or in what is no tensor: ` +
      'pad them to a few shapes, or train with { compile: false }.';
    await this.#options.onEvent?.({ type: 'notice', message });
  }

  /** Returns whether it was the best validation so far. */
  async #validate(): Promise<boolean> {
    const { model, validation, earlyStopping } = this.#options;
    const { step, selection } = this.#state;
    model.eval();
    const metrics = await noGrad(() => validation!.evaluate());
    model.train();
    const improved = selection.update(step, metrics);
    if (improved && earlyStopping && (earlyStopping.restoreBest ?? true)) {
      this.#state.best = await toHost(model.stateDict());
    }
    await this.#tell({ type: 'validation', step, metrics, improved });
    return improved;
  }

  async #save(): Promise<void> {
    const { step } = this.#state;
    if (step <= this.#told.checkpoint) return;
    const checkpoint = await this.#state.capture();
    await this.#store(checkpoint);
    await this.#recovery?.snapshot(checkpoint);
  }

  async #store(checkpoint: Checkpoint): Promise<void> {
    const { step } = checkpoint.record;
    requireFinite(checkpoint.model, step);
    await this.#options.checkpoints!.store.save(checkpoint);
    await this.#tell({ type: 'checkpoint', step });
  }

  async #resumeFrom(checkpoint: Checkpoint): Promise<void> {
    const { record } = checkpoint;
    this.#state.restore(checkpoint);
    this.#state.addSeconds(record.seconds);
    this.#done = record.step;
    this.#told.checkpoint = record.step;
    await this.#options.onEvent?.({ type: 'resume', step: record.step });
    await this.#tellOfExactness(checkpoint);
  }

  async #tellOfExactness({ record }: Checkpoint): Promise<void> {
    const message = lostExactness(record.numerics, this.#state.numerics);
    if (message) await this.#options.onEvent?.({ type: 'notice', message });
  }

  /** Goes back to the last snapshot if the device was lost. @throws what else went wrong, or what keeps training from going on */
  async #recoverFrom(error: unknown): Promise<void> {
    const { name } = currentBackend();
    this.#begun = undefined;
    const isBack = await this.#recovery?.recover().catch((failure: unknown) => {
      error = failure;
    });
    if (!isBack) throw error instanceof DeviceError ? await this.#stopped(error) : error;
    const message = `The device of the backend ${name} was lost after step ${this.#done}: training goes on on another one, from step ${this.#state.step}.`;
    this.#done = this.#state.step;
    await this.#options.onEvent?.({ type: 'notice', message });
    await this.#tellOfExactness(this.#recovery?.checkpoint as Checkpoint);
  }

  /** What to say when the device fails for good; the last snapshot becomes a checkpoint. */
  async #stopped(failure: DeviceError): Promise<TrainingStoppedError> {
    const { checkpoints, data } = this.#options;
    const snapshot = this.#recovery?.checkpoint;
    if (checkpoints && snapshot && snapshot.record.step > this.#told.checkpoint) {
      // Whatever is wrong with the disk too, the device is the reason.
      await this.#store(snapshot).catch(() => {});
    }
    const { checkpoint: saved } = this.#told;
    const { batchSize } = data as { batchSize?: number };
    const remedies: string[] = [];
    if (batchSize && batchSize > 1 && /memory/.test(failure.summary)) {
      remedies.push(
        `batches have ${batchSize} samples now; accumulateGradients of @evenkeel/optimizers computes one in parts`,
      );
    }
    if (saved > 0) remedies.push(`the checkpoint of step ${saved} is saved: resume from it`);
    else if (snapshot) remedies.push(`train({ …, resume: error.snapshot }) goes on from step ${snapshot.record.step}`);
    return new TrainingStoppedError(failure, this.#done, { snapshot, remedies });
  }

  get #exhausted(): boolean {
    const { earlyStopping } = this.#options;
    return earlyStopping !== undefined && this.#state.selection.state.unimproved >= earlyStopping.patience;
  }
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

function requireNumber(value: number, what: string, step: number): number {
  if (Number.isFinite(value)) return value;
  throw new NonFiniteError(`The ${what} is ${value} at step ${step}`, {
    got: String(value),
    expected: 'a finite number',
    remedy: 'lower the learning rate, clip the gradients or warm up; the last checkpoint is from before',
  });
}
