/**
 * What the library asks of a device, in order. Where a backend prepares programs at once, everything happens at once; where it
 * prepares them asynchronously, what comes after waits, and callers never see that.
 */
export class Queue {
  readonly #waiting: (() => void)[] = [];
  #blocked: Promise<void> | undefined;
  #failure: unknown;

  /** Does `work` now, or after what was asked before it. */
  push(work: () => void): void {
    if (this.#blocked) this.#waiting.push(work);
    else work();
  }

  /** Does `work` with a value as soon as there is one; all that follows waits for it. */
  after<V>(value: V | Promise<V>, work: (value: V) => void): void {
    if (!(value instanceof Promise)) {
      this.push(() => work(value));
      return;
    }
    this.push(() => {
      this.#blocked = value.then(work).catch((error: unknown) => {
        this.#failure ??= error;
      });
      this.#blocked.then(() => this.#resume());
    });
  }

  /** Resolves when everything asked so far is done; rejects with the first failure since the last call. */
  async drained(): Promise<void> {
    while (this.#blocked) await this.#blocked;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #resume(): void {
    this.#blocked = undefined;
    while (this.#waiting.length > 0 && !this.#blocked) {
      const work = this.#waiting.shift() as () => void;
      try {
        work();
      } catch (error) {
        this.#failure ??= error;
      }
    }
  }
}
