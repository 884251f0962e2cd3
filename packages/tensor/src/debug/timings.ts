/** How long the kernels of a program take, each run by itself. */
import type { Binding } from '@evenkeel/backend';
import type { StepInfo } from '@evenkeel/compiler/printers';
import type { Device, PreparedProgram } from '../engine/device.ts';

/** What is printed of a program's kernels, the slowest first. */
const most = 20;

/** Times a program's runs: tells the first three, and the kernels' best times at the 10th, the 100th, the 1000th. */
export class Timings {
  readonly #steps: readonly StepInfo[];
  readonly #write: (text: string) => void;
  #single: readonly PreparedProgram[] | undefined;
  #best: number[] = [];
  #runs = 0;

  constructor(steps: readonly StepInfo[], write: (text: string) => void) {
    this.#steps = steps;
    this.#write = write;
  }

  run(device: Device, operation: PreparedProgram, buffers: readonly Binding[], numbers: readonly number[]): void {
    this.#runs++;
    if (!(operation.prepared instanceof Promise)) this.#single ??= stepsAlone(device, operation);
    const single = this.#single ?? [];
    if (single.length === 0) {
      device.run(operation, buffers, numbers);
      return;
    }
    const before = performance.now();
    single.forEach((own, step) => {
      const start = performance.now();
      device.run(own, buffers, numbers);
      this.#best[step] = Math.min(this.#best[step] ?? Infinity, performance.now() - start);
    });
    if (this.#runs <= 3) this.#write(`run ${this.#runs} took ${milliseconds(performance.now() - before)}`);
    if (/^10+$/.test(`${this.#runs}`)) this.#table();
  }

  #table(): void {
    const times = this.#best;
    this.#best = [];
    this.#write(printTimings(`run ${this.#runs}`, this.#steps, times));
  }
}

/**
 * The slowest kernels of a program: best time, share of the whole, and how much was computed or moved in that time.
 *
 * @param times milliseconds by step of the program; what is repeated within a step counts together
 */
export function printTimings(title: string, steps: readonly StepInfo[], times: readonly number[]): string {
  const total = times.reduce((sum, time) => sum + time, 0);
  const rows = times
    .map((time, step) => ({ time, inside: steps.filter(({ number }) => number.split('.')[0] === `${step}`) }))
    .sort((a, b) => b.time - a.time);
  const lines = rows.slice(0, most).map(({ time, inside }) => {
    const sum = (of: (step: StepInfo) => number) => inside.reduce((all, step) => all + of(step) * step.times, 0);
    const flops = sum((step) => step.flops);
    const rate = (flops > 0 ? flops : sum(({ bytes }) => bytes)) / time / 1e6;
    const [first] = inside as [StepInfo];
    return [
      milliseconds(time).padStart(9),
      `${((100 * time) / total).toFixed(1)} %`.padStart(6),
      `${rate.toFixed(1)} ${flops > 0 ? 'GFLOP/s' : 'GB/s'}`.padStart(13),
      inside.length > 1
        ? `${inside.length} kernels ${first.times} times`
        : `${first.number}  ${first.domain}  ${first.work}`,
    ].join('  ');
  });
  const rest = rows.slice(most).reduce((sum, { time }) => sum + time, 0);
  if (rest > 0)
    lines.push(`${milliseconds(rest).padStart(9)}  ${((100 * rest) / total).toFixed(1).padStart(4)} %  all others`);
  return [
    `${title}, best times of ${times.length} steps: ${milliseconds(total)}`,
    ...lines.map((line) => `  ${line}`),
  ].join('\n');
}

/**
 * Each step of a program as a program of its own, on the same bindings; none where programs are prepared later: they also run later, and
 * what the host waits for says nothing.
 */
function stepsAlone(device: Device, { program }: PreparedProgram): PreparedProgram[] {
  const single = program.steps.map((step) => device.prepare({ ...program, steps: [step] }));
  return single.some(({ prepared }) => prepared instanceof Promise) ? [] : single;
}

function milliseconds(time: number): string {
  return `${time.toFixed(time < 1 ? 3 : 2)} ms`;
}
