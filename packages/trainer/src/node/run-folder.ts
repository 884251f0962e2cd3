import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, DataError, EvenKeelError } from '@evenkeel/errors';
import { readSafetensors, writeSafetensors } from '@evenkeel/formats';
import { removeTemporaryFiles, writeFileAtomically } from '@evenkeel/formats/node';
import type { Checkpoint, CheckpointStore } from '../checkpoint.ts';
import type { TrainEvent } from '../events.ts';
import type { HostCopy } from '../host-copy.ts';
import { discard, discardTemporaries, readCheckpoint, savedSteps, writeCheckpoint } from './checkpoint-folder.ts';
import { type Disk, explainDisk, realDisk } from './disk.ts';
import { MetricsFile } from './metrics-file.ts';

export interface RunFolderOptions {
  /** How many of the latest checkpoints stay, besides that of the best validation; default 3. */
  keepLast?: number;
  /** The file system; for tests. */
  disk?: Disk;
}

/**
 * A run on disk: `config.yaml`, `metrics.jsonl`, `checkpoints/step-N/`, and at the end `model.safetensors` and
 * `summary.json`. Every file is written whole or not at all, but for the last line of the metrics.
 *
 * ```ts
 * const run = await RunFolder.create(join(folder, 'run'), { config: 'lr: 0.1\n' });
 * await run.record({ type: 'validation', step: 1, metrics: { loss: 0.5 }, improved: true });
 * await run.finish(new Map([['weight', safeTensor(Float32Array.of(1, 2))]]), { loss: 0.5 });
 * const opened = await RunFolder.open(run.path);
 * console.log(opened.summary, toFloat32((await opened.model()).tensors.get('weight'))); // prints { loss: 0.5 } Float32Array(2) [ 1, 2 ]
 * console.log((await readdir(run.path)).sort().join(' ')); // prints config.yaml metrics.jsonl model.safetensors summary.json
 * ```
 */
export class RunFolder implements CheckpointStore {
  readonly path: string;
  readonly #keepLast: number;
  readonly #disk: Disk;
  readonly #metrics: MetricsFile;

  private constructor(path: string, { keepLast = 3, disk = realDisk }: RunFolderOptions) {
    this.path = path;
    this.#keepLast = keepLast;
    this.#disk = disk;
    this.#metrics = new MetricsFile(join(path, 'metrics.jsonl'), disk);
  }

  /**
   * Starts a run in a new folder.
   *
   * @param options.config the text of `config.yaml`
   * @param options.force deletes a run that is already there; other files are left alone
   * @throws ConfigError if there is one and `force` is not set, or if the folder holds other things
   */
  static async create(
    path: string,
    { config, force = false, ...options }: RunFolderOptions & { config: string; force?: boolean },
  ): Promise<RunFolder> {
    const run = new RunFolder(path, options);
    const isRun = existsSync(join(path, 'config.yaml'));
    if (isRun && !force) {
      throw new ConfigError(`${path} already holds a run`, {
        remedy: 'resume it, overwrite it or choose another folder',
      });
    }
    await explainDisk(`making ${path}`, () => run.#disk.mkdir(path, { recursive: true }));
    // What a process killed before its first file left over does not count.
    const others = readdirSync(path).filter((name) => !name.startsWith('.'));
    if (!isRun && others.length > 0) {
      throw new ConfigError(`${path} is not empty and not a run`, {
        got: others.slice(0, 5).join(', '),
        remedy: 'choose another folder',
      });
    }
    // The configuration goes last and is replaced in one stroke, so that at any moment the folder is a whole run.
    for (const name of ['summary.json', 'model.safetensors', 'metrics.jsonl']) {
      await run.#disk.rm(join(path, name), { force: true });
    }
    for (const step of savedSteps(run.#checkpoints)) await discard(run.#checkpoint(step), run.#disk);
    await run.#write('config.yaml', config);
    return run;
  }

  /**
   * Opens a run.
   *
   * @throws DataError if the folder is not a run
   */
  static async open(path: string, options: RunFolderOptions = {}): Promise<RunFolder> {
    if (!existsSync(join(path, 'config.yaml'))) {
      throw new DataError(`${path} is not a run folder`, {
        got: existsSync(path) ? 'a folder or file without a config.yaml in it' : 'nothing of this name',
        expected: 'a folder that a training run has made',
      });
    }
    return new RunFolder(path, options);
  }

  /** The text of `config.yaml`. */
  get config(): string {
    return readFileSync(join(this.path, 'config.yaml'), 'utf8');
  }

  /** The parsed `summary.json`; `undefined` while the run is not finished. */
  get summary(): Record<string, unknown> | undefined {
    const path = join(this.path, 'summary.json');
    if (!existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    } catch (cause) {
      throw new DataError(`${path} is not JSON`, { cause });
    }
  }

  /** Whether there is a checkpoint to go on from. */
  get hasCheckpoint(): boolean {
    return savedSteps(this.#checkpoints).length > 0;
  }

  /** Adds what an event measured to `metrics.jsonl`. */
  async record(event: TrainEvent): Promise<void> {
    await this.#metrics.record(event);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    // A checkpoint promises that the metrics up to it are there.
    await this.#metrics.flush();
    await writeCheckpoint(this.#checkpoint(checkpoint.record.step), checkpoint, this.#disk);
    const steps = savedSteps(this.#checkpoints);
    const kept = new Set(steps.slice(-this.#keepLast));
    const superfluous = steps.filter((step) => !kept.has(step) && step !== checkpoint.record.selection.best?.step);
    for (const step of superfluous) await discard(this.#checkpoint(step), this.#disk);
  }

  /**
   * The latest checkpoint that is whole, and for each later one that is not, what is wrong with it.
   */
  async latestCheckpoint(): Promise<{ checkpoint: Checkpoint | undefined; damaged: string[] }> {
    const damaged: string[] = [];
    for (const step of savedSteps(this.#checkpoints).reverse()) {
      try {
        return { checkpoint: await readCheckpoint(this.#checkpoint(step)), damaged };
      } catch (error) {
        if (!(error instanceof EvenKeelError)) throw error;
        damaged.push(`The checkpoint of step ${step} is damaged and was passed over: ${error.summary}.`);
      }
    }
    return { checkpoint: undefined, damaged };
  }

  /** Makes the folder as it was at a checkpoint's step: metrics cut back, leftovers of a killed process gone. */
  async rewind(step: number): Promise<void> {
    await discardTemporaries(this.#checkpoints, this.#disk);
    await removeTemporaryFiles(this.path);
    await this.#metrics.cut(step);
  }

  /** Ends the run: the trained model, then the summary, whose being there means that the run is finished. */
  async finish(model: HostCopy, summary: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#metrics.flush();
    await this.#metrics.close();
    await this.#write('model.safetensors', writeSafetensors(model));
    await this.#write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  }

  /**
   * The trained model; of a run that is not finished, that of its latest checkpoint and its step.
   *
   * @throws DataError if there is neither
   */
  async model(): Promise<{ tensors: HostCopy; step: number | undefined }> {
    const path = join(this.path, 'model.safetensors');
    if (existsSync(path)) return { tensors: readSafetensors(readFileSync(path), path).tensors, step: undefined };
    const { checkpoint } = await this.latestCheckpoint();
    if (checkpoint) return { tensors: checkpoint.model, step: checkpoint.record.step };
    throw new DataError(`${this.path} has no trained model yet`, { remedy: 'resume the run' });
  }

  get #checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  #checkpoint(step: number): string {
    return join(this.#checkpoints, `step-${step}`);
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFileAtomically(join(this.path, name), content, { fs: this.#disk });
  }
}
