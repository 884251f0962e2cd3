import { i32, i32x4, type Local, type Value, v128 } from '../assembler/index.ts';
import type { Vector, VectorMath } from './vector-math.ts';

/**
 * Indices outside their bounds: noted in registers while the kernel runs, told to the host at its end in three words at
 * the fault address: whether there was one, the index, the size of the dimension.
 */
export class Faults {
  readonly #math: VectorMath;
  readonly #address: Value<'i32'>;
  #noted: { any: Local<'v128'>; index: Local<'v128'>; size: Local<'v128'> } | undefined;

  constructor(math: VectorMath, address: Value<'i32'>) {
    this.#math = math;
    this.#address = address;
  }

  get used(): boolean {
    return this.#noted !== undefined;
  }

  /** The index held within [0, size). */
  bounded(index: Vector, size: number): Vector {
    const math = this.#math;
    const asked = math.keep(index);
    const limit = math.int(size);
    this.note(i32x4.geU(asked, limit), asked, size);
    return i32x4.maxS(i32x4.minS(asked, math.int(size - 1)), math.int(0));
  }

  /** Remembers the lanes of a mask as faults. */
  note(mask: Vector, index: Vector, size: number): void {
    const { f } = this.#math;
    this.#noted ??= { any: f.v128(), index: f.v128(), size: f.v128() };
    const { any } = this.#noted;
    const outside = this.#math.keep(mask);
    any.set(v128.or(any, outside));
    this.#noted.index.set(v128.bitselect(index, this.#noted.index, outside));
    this.#noted.size.set(v128.bitselect(this.#math.int(size), this.#noted.size, outside));
  }

  /** Code at the kernel's end: if a lane had a fault, writes it where the host looks. */
  report(): void {
    const noted = this.#noted;
    if (!noted) return;
    const { f } = this.#math;
    const at = this.#address;
    f.if(v128.anyTrue(noted.any), () => {
      f.emit(i32.store(at, i32.constant(1)));
      for (let lane = 0; lane < 4; lane++) {
        f.if(i32x4.extract(noted.any, lane), () => {
          f.emit(i32.store(at, i32x4.extract(noted.index, lane), 4));
          f.emit(i32.store(at, i32x4.extract(noted.size, lane), 8));
        });
      }
    });
  }
}
