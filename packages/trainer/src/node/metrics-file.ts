import { existsSync, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { DataError } from '@evenkeel/errors';
import { writeFileAtomically } from '@evenkeel/formats/node';
import type { TrainEvent } from '../events.ts';
import { type Disk, explainDisk } from './disk.ts';

/** One line of `metrics.jsonl`: a step, or a validation. */
export type MetricsLine = { readonly step: number } & Readonly<Record<string, unknown>>;

/**
 * `metrics.jsonl`, which only grows: one line for each step and each validation. A process that is killed can leave its
 * last line unfinished; reading passes over it. No times in it: an interrupted run has the same lines as any other.
 *
 * ```ts
 * const file = new MetricsFile(join(folder, 'metrics.jsonl'), realDisk);
 * for (const step of [1, 2, 3]) await file.record({ type: 'validation', step, metrics: { loss: 1 / step }, improved: true });
 * await file.cut(2); // as a run does that goes on from step 2
 * for (const line of file.read()) console.log(line);
 * // prints { step: 1, validation: { loss: 1 } }
 * // prints { step: 2, validation: { loss: 0.5 } }
 * ```
 *
 * @param path where the file is or will be
 * @param disk the file system, `realDisk` outside of tests
 * @throws DataError from `read` and `cut` for a complete line that is not JSON
 */
export class MetricsFile {
  readonly path: string;
  readonly #disk: Disk;
  #handle: FileHandle | undefined;

  constructor(path: string, disk: Disk) {
    this.path = path;
    this.#disk = disk;
  }

  /** Adds the line for an event, if it is one that is measured. */
  async record(event: TrainEvent): Promise<void> {
    const line = lineOf(event);
    if (!line) return;
    await explainDisk(`adding a line to ${this.path}`, async () => {
      this.#handle ??= await this.#disk.open(this.path, 'a');
      await this.#handle.appendFile(`${JSON.stringify(line)}\n`);
    });
  }

  /** Waits until every line is on the disk. */
  async flush(): Promise<void> {
    await explainDisk(`writing ${this.path}`, async () => this.#handle?.sync());
  }

  /** The complete lines. */
  read(): MetricsLine[] {
    if (!existsSync(this.path)) return [];
    const text = readFileSync(this.path, 'utf8');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines.filter(Boolean).map((line, index) => this.#parse(line, index + 1));
  }

  /** Takes away what was measured after `step`, and a last line that is not whole. */
  async cut(step: number): Promise<void> {
    await this.close();
    if (!existsSync(this.path)) return;
    const kept = this.read().filter((line) => line.step <= step);
    const text = kept.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFileAtomically(this.path, text, { fs: this.#disk });
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #parse(line: string, number: number): MetricsLine {
    try {
      return JSON.parse(line) as MetricsLine;
    } catch (cause) {
      throw new DataError(`${this.path}: line ${number} is not JSON`, { got: line.slice(0, 80), cause });
    }
  }
}

function lineOf(event: TrainEvent): MetricsLine | undefined {
  if (event.type === 'validation') return { step: event.step, validation: event.metrics };
  if (event.type !== 'step') return undefined;
  const { type: _, steps: __, ...line } = event;
  return line;
}
