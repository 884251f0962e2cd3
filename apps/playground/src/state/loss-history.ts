import type { PerSide } from '../experiment/race.ts';

/** Losses over steps, thinned out as they become many: a plot has no more than some hundred places. */
export class LossHistory {
  static readonly MOST = 2000;
  /** Each kept loss is the mean of so many. */
  #stride = 1;
  #steps: number[] = [];
  #losses: { a: number[]; b: number[] } = { a: [], b: [] };
  #pending: PerSide<number>[] = [];

  add(step: number, losses: PerSide<number>): void {
    this.#pending.push(losses);
    if (this.#pending.length < this.#stride) return;
    this.#steps.push(step);
    this.#losses.a.push(mean(this.#pending.map(({ a }) => a)));
    this.#losses.b.push(mean(this.#pending.map(({ b }) => b)));
    this.#pending = [];
    if (this.#steps.length > LossHistory.MOST) this.#halve();
  }

  /** Steps, losses of A, losses of B. */
  get columns(): [steps: number[], a: number[], b: number[]] {
    return [this.#steps, this.#losses.a, this.#losses.b];
  }

  #halve(): void {
    this.#stride *= 2;
    const halved = (values: number[]) => pairs(values).map(mean);
    this.#steps = pairs(this.#steps).map(([, second]) => second as number);
    this.#losses = { a: halved(this.#losses.a), b: halved(this.#losses.b) };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Neighbors two by two; an odd last one is left out. */
function pairs(values: readonly number[]): number[][] {
  return Array.from({ length: Math.floor(values.length / 2) }, (_, index) => values.slice(2 * index, 2 * index + 2));
}
