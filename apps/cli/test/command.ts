import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HostGenerator } from '@evenkeel/data';

const main = resolve(import.meta.dirname, '../src/main.ts');

/** What a finished command left. */
export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** A command in a process of its own, as a shell starts it. */
export class Command {
  readonly finished: Promise<Finished>;
  readonly #child;
  out = '';
  err = '';

  constructor(words: readonly string[], { cwd, imports = [] }: { cwd: string; imports?: readonly string[] }) {
    const flags = ['--conditions=@evenkeel/source', ...imports.flatMap((path) => ['--import', path])];
    // npm's variables would have the command name itself as a clone's script.
    const { npm_package_name: _, ...env } = process.env;
    this.#child = spawn(process.execPath, [...flags, main, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (text) => {
      this.out += text;
    });
    this.#child.stderr.on('data', (text) => {
      this.err += text;
    });
    this.finished = new Promise((done) => {
      this.#child.on('close', (code, signal) => done({ code, signal, out: this.out, err: this.err }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until something holds, looking every few milliseconds, or the command ends. */
  async until(holds: () => boolean): Promise<void> {
    let ended = false;
    void this.finished.then(() => {
      ended = true;
    });
    while (!ended && !holds()) await new Promise((next) => setTimeout(next, 2));
  }
}

/** Runs a command to its end. */
export function evenkeel(cwd: string, ...words: string[]): Promise<Finished> {
  return new Command(words, { cwd }).finished;
}

/** Images of 8 x 8 in which one row or column tells the class, in the four files of MNIST. */
export function writeDigits(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of [
    ['train', 360],
    ['t10k', 60],
  ] as const) {
    const generator = new HostGenerator(count);
    const labels = Uint8Array.from({ length: count }, () => generator.below(10));
    const pixels = Uint8Array.from({ length: count * 64 }, (_, index) => {
      const label = labels[Math.floor(index / 64)]!;
      const onStroke = label < 5 ? Math.floor((index % 64) / 8) === label : index % 8 === label - 2;
      return onStroke ? 255 - generator.below(60) : generator.below(60);
    });
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idx([count, 8, 8], pixels));
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx([count], labels));
  }
}

function idx(shape: number[], body: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt16BE(0x08 * 256 + shape.length, 2);
  for (const [dimension, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * dimension);
  return Buffer.concat([header, body]);
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
