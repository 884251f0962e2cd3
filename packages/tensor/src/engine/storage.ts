import { type DeviceBuffer, type DType, itemBytes } from '@evenkeel/backend';
import type { Device } from './device.ts';
import type { Lifetime } from './lifetime.ts';

/** A buffer and how many tensors look at it. The last one gives it back. */
export class Storage {
  /** These three change only when what is here moves to another device. */
  device: Device;
  buffer: DeviceBuffer;
  bytes: number;
  #viewers = 0;
  /** Those who have a part of it each, if it is divided among several. */
  #owners: readonly Lifetime[] | undefined;

  constructor(device: Device, elements: number, dtype: DType) {
    device.expectDType(dtype);
    this.device = device;
    this.bytes = elements * itemBytes(dtype, device.backend.limits.boolBytes);
    this.buffer = device.allocate(this.bytes);
  }

  /** Whether several tensors look at the same memory, as far as one can tell. */
  get isShared(): boolean {
    const owners = this.#owners?.filter(({ storage }) => storage === this).length ?? 1;
    return this.#viewers > owners;
  }

  /** Says that each of several tensors has a part of it that no other of them has. */
  divide(owners: readonly Lifetime[]): void {
    this.#owners = owners;
  }

  retain(): void {
    this.#viewers++;
  }

  release(): void {
    if (--this.#viewers === 0) this.device.release(this.buffer, this.bytes);
  }
}
