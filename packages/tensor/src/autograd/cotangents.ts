import type { Tensor } from '../tensor.ts';
import { add } from './operations.ts';

/** The cotangents on their way back: summed where paths meet, given back where nothing needs them any more. */
export class Cotangents {
  readonly #of = new Map<Tensor, Tensor>();
  /** How many places still need each cotangent: one may flow on unchanged into several inputs. */
  readonly #holders = new Map<Tensor, number>();
  readonly #givesBack: boolean;

  constructor(givesBack: boolean) {
    this.#givesBack = givesBack;
  }

  /** Adds what arrived at a tensor along one path. */
  add(tensor: Tensor, part: Tensor): void {
    const before = this.#of.get(tensor);
    const total = before ? add(before, part) : part;
    this.hold(total);
    this.#of.set(tensor, total);
    if (!before) return;
    this.letGo(before);
    this.hold(part);
    this.letGo(part);
  }

  /** What arrived at a tensor, which is then the caller's to let go. */
  take(tensor: Tensor): Tensor | undefined {
    const total = this.#of.get(tensor);
    this.#of.delete(tensor);
    return total;
  }

  /** Tensors at which something arrived and was not taken: leaves. */
  pending(): Tensor[] {
    return [...this.#of.keys()];
  }

  hold(cotangent: Tensor): void {
    this.#holders.set(cotangent, (this.#holders.get(cotangent) ?? 0) + 1);
  }

  letGo(cotangent: Tensor): void {
    const holders = (this.#holders.get(cotangent) ?? 1) - 1;
    this.#holders.set(cotangent, holders);
    if (holders > 0) return;
    this.#holders.delete(cotangent);
    if (this.#givesBack) cotangent.lifetime?.drop();
  }
}
