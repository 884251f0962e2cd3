import type { TrainEvent } from '@evenkeel/trainer';
import { drawBar, drawLine, type Progress } from './progress-bar.ts';

/** Where a report goes; `process.stdout` and `process.stderr` are such. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const REDRAW_MILLISECONDS = 100;
/** Plain lines in a whole run. */
const LINES = 20;
/** Least weight of the newest step in what is shown of loss and time; the first few are averaged. */
const NEWEST = 0.05;

/** Tells a person how training goes: a bar in a terminal, lines elsewhere. */
export class Reporter {
  readonly #screen: Screen;
  readonly #label: string;
  readonly #now: () => number;
  #progress: Progress | undefined;
  #barIsShown = false;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #steppedAt: number | undefined;
  #stepTime = 0;
  #seen = 0;
  /** Of these, steps whose loss is a number: that of one that was skipped may be none. */
  #losses = 0;

  constructor(screen: Screen, label: string, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#label = label;
    this.#now = now;
  }

  /** A line of text; the bar makes way for it. */
  line(text: string): void {
    this.#clear();
    this.#screen.write(`${text}\n`);
  }

  event(event: TrainEvent): void {
    if (event.type === 'step') this.#step(event);
    if (event.type === 'step' && event.skipped) {
      this.line(`step ${event.step}: skipped, gradients overflow in float16 at a loss scale of ${event.scale}`);
    }
    if (event.type === 'notice') this.line(event.message);
    if (event.type === 'resume') this.line(`going on from step ${event.step}`);
    if (event.type === 'validation') {
      const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
      this.line(`step ${event.step}: validation ${metrics.join(', ')}`);
    }
  }

  /** Leaves the last state of the bar on the screen. */
  end(): void {
    if (this.#progress && this.#barIsShown) {
      this.#draw(this.#progress);
      this.#screen.write('\n');
    }
    this.#progress = undefined;
    this.#barIsShown = false;
  }

  #step({ step, steps, loss }: Extract<TrainEvent, { type: 'step' }>): void {
    const now = this.#now();
    // The first step has no beginning, and compiles what the others only run.
    if (this.#steppedAt !== undefined) this.#stepTime = blend(this.#stepTime, now - this.#steppedAt, this.#seen);
    this.#steppedAt = now;
    this.#seen++;
    const lossBefore = this.#progress?.loss ?? 0;
    const shownLoss = Number.isFinite(loss) ? blend(lossBefore, loss, ++this.#losses) : lossBefore;
    const rate = this.#stepTime ? 1000 / this.#stepTime : 0;
    this.#progress = { label: this.#label, done: step, total: steps, loss: shownLoss, rate };
    if (this.#screen.isTTY) {
      if (now - this.#drawnAt >= REDRAW_MILLISECONDS || step === steps) this.#draw(this.#progress);
    } else if (step % Math.max(1, Math.round(steps / LINES)) === 0 || step === steps) {
      this.#screen.write(`${drawLine(this.#progress)}\n`);
    }
  }

  #draw(progress: Progress): void {
    this.#drawnAt = this.#now();
    this.#barIsShown = true;
    this.#screen.write(`\r${drawBar(progress, this.#screen.columns ?? 80)}\u001b[K`);
  }

  #clear(): void {
    if (this.#barIsShown) this.#screen.write('\r\u001b[K');
    this.#barIsShown = false;
  }
}

/** The average of the first few numbers, then one in which the newest counts a little. */
function blend(before: number, now: number, count: number): number {
  return before + Math.max(NEWEST, 1 / count) * (now - before);
}
