import { type DeviceBuffer, type DType, itemBytes } from '@evenkeel/backend';
import type { Device } from './device.ts';

/** A buffer and how many tensors look at it. The last one gives it back. */
export class Storage {
  readonly device: Device;
  readonly buffer: DeviceBuffer;
  readonly bytes: number;
  #viewers = 0;

  constructor(device: Device, elements: number, dtype: DType) {
    device.expectDType(dtype);
    this.device = device;
    this.bytes = elements * itemBytes(dtype, device.backend.limits.boolBytes);
    this.buffer = device.allocate(this.bytes);
  }

  /** Whether several tensors look at it. */
  get isShared(): boolean {
    return this.#viewers > 1;
  }

  retain(): void {
    this.#viewers++;
  }

  release(): void {
    if (--this.#viewers === 0) this.device.release(this.buffer, this.bytes);
  }
}
