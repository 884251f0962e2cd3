/** Something that few programs need: the first that does loads it. */
export class Late<T> {
  readonly #source: () => Promise<T>;
  #loaded: { readonly value: T } | undefined;

  constructor(source: () => Promise<T>) {
    this.#source = source;
  }

  get isHere(): boolean {
    return this.#loaded !== undefined;
  }

  /** What was loaded before. */
  get value(): T {
    return (this.#loaded as { value: T }).value;
  }

  async load(): Promise<void> {
    this.#loaded = { value: await this.#source() };
  }
}
