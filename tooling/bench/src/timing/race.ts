import { type Contender, Running } from '../contenders/contender.ts';
import type { Counts } from '../contenders/session.ts';
import type { Workload } from '../workloads/index.ts';

/** How one contender did on one workload; times in milliseconds. */
export interface Timing {
  readonly contender: string;
  version: string;
  /** Why it has no times, or none that count. */
  error?: string;
  /** The first step, with all that is compiled in it. */
  firstStep: number;
  /** All that ran before the first round that counts. */
  warmUp: number;
  /** Of one step, in each round. */
  steps: number[];
  /** The processor time of one step in each round, of all threads together. */
  processor: number[];
  /** The first step's result: the loss in training. */
  firstValue: number;
  /** The result after one step and one round. */
  laterValue: number;
  /** What one step asked of the device, where that is counted. */
  counts?: Counts;
}

// Long enough for an engine to have compiled its hot code for good.
const warmUpMilliseconds = 500;

// What takes longer does fewer steps in a round: whoever needs seconds for one shows that in two of them as well.
const roundMilliseconds = 5000;

// Another process had the caches, and the clock: for 20 to 30 ms steps take longer, up to twice as long, than ever again in a training.
const uncountedMilliseconds = 30;

/**
 * Times contenders on one workload. Each has a process of its own, started and warmed up one after another; then they take turns, a
 * round each, from another first one every time, so that what else the machine does falls on all alike. A turn begins with some steps that
 * do not count.
 */
export async function race(
  contenders: readonly Contender[],
  workload: Workload,
  file: string,
  rounds: number,
): Promise<Timing[]> {
  const runners: Runner[] = [];
  try {
    for (const contender of contenders) {
      const command = contender.command(workload.name, file);
      if (command) runners.push(new Runner(contender, new Running(contender, command), workload));
    }
    for (const runner of runners) await runner.try(() => runner.warmUp());
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < runners.length; turn++) {
        const runner = runners[(round + turn) % runners.length]!;
        await runner.try(() => runner.round());
      }
    }
    checkValues(runners);
    return runners.map(({ timing }) => timing);
  } finally {
    for (const { running } of runners) await running.stop();
  }
}

class Runner {
  readonly timing: Timing;
  readonly contender: Contender;
  readonly running: Running;
  /** Steps between the first result that is checked and the next, and at most in a round. */
  readonly steps: number;
  #stepsOfRound: number;
  /** Steps at the beginning of a turn that do not count. */
  #uncounted = 0;

  constructor(contender: Contender, running: Running, workload: Workload) {
    this.contender = contender;
    this.running = running;
    this.steps = workload.stepsPerRound;
    this.#stepsOfRound = this.steps;
    this.timing = {
      contender: contender.name,
      version: '',
      firstStep: Number.NaN,
      warmUp: 0,
      steps: [],
      processor: [],
      firstValue: Number.NaN,
      laterValue: Number.NaN,
    };
  }

  /** Runs something of this contender's; when it fails, only this one is out. */
  async try(action: () => Promise<void>): Promise<void> {
    if (this.timing.error !== undefined) return;
    try {
      await action();
    } catch (error) {
      this.timing.error = (error as Error).message;
    }
  }

  async warmUp(): Promise<void> {
    const { timing } = this;
    timing.version = await this.running.ready();
    const first = await this.running.run(1);
    timing.firstStep = first.milliseconds;
    timing.firstValue = first.value;
    const later = await this.running.run(this.steps);
    timing.laterValue = later.value;
    const most = Math.floor((roundMilliseconds * this.steps) / later.milliseconds);
    this.#stepsOfRound = Math.max(1, Math.min(this.steps, most));
    timing.warmUp = first.milliseconds + later.milliseconds;
    let { milliseconds } = later;
    while (timing.warmUp < warmUpMilliseconds) {
      ({ milliseconds } = await this.running.run(this.steps));
      timing.warmUp += milliseconds;
    }
    // As many as there are when all code is compiled.
    const uncounted = (uncountedMilliseconds * this.steps) / milliseconds;
    this.#uncounted = uncounted < 1 ? 0 : Math.ceil(uncounted);
  }

  async round(): Promise<void> {
    if (this.#uncounted > 0) await this.running.run(this.#uncounted);
    const { milliseconds, processor, counts } = await this.running.run(this.#stepsOfRound);
    this.timing.steps.push(milliseconds / this.#stepsOfRound);
    this.timing.processor.push(processor / this.#stepsOfRound);
    if (counts) this.timing.counts = counts;
  }
}

/** A contender that computes something else than the first one has no time worth telling. */
function checkValues(runners: readonly Runner[]): void {
  const [reference, ...others] = runners.filter(
    ({ contender, timing }) => !contender.isUnchecked && timing.error === undefined,
  );
  for (const { contender, timing, steps } of others) {
    const check = (what: string, value: number, expected: number, tolerance: number): void => {
      const allowed = contender.isExact ? 0 : tolerance * Math.max(1, Math.abs(expected));
      if (Math.abs(value - expected) <= allowed) return;
      timing.error ??= `${timing.contender}: ${what} is ${value}, that of ${reference!.timing.contender} is ${expected}`;
    };
    check('the first result', timing.firstValue, reference!.timing.firstValue, 1e-4);
    // Rounding grows from step to step; another update rule would be farther off than this.
    check('the result after a round', timing.laterValue, reference!.timing.laterValue, 0.002 * Math.min(steps, 10));
  }
}
