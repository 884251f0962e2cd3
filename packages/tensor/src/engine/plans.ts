/** Running planned programs on tensors' memory. */
import { type Binding, contiguousStrides, type DeviceBuffer, type Range, sizeOf } from '@evenkeel/backend';
import type { Plan, Spec } from '@evenkeel/compiler';
import { Tensor } from '../tensor.ts';
import type { Device, PreparedProgram } from './device.ts';
import { Storage } from './storage.ts';

/** A tensor with memory of its own that nothing was written to yet. */
export function blank(device: Device, { shape, dtype }: Spec): Tensor {
  const storage = new Storage(device, sizeOf(shape), dtype);
  return new Tensor(shape, dtype, { storage, strides: contiguousStrides(shape), offset: 0 });
}

/** Runs a planned program once, in memory that is given back after it. */
export function runOnce(
  device: Device,
  plan: Plan,
  prepared: PreparedProgram,
  memory: { inputs: readonly Binding[]; results: readonly Binding[] },
): void {
  const arena = new PlanMemory(device, plan);
  device.run(prepared, bindPlaces(plan, memory, arena), []);
  arena.release();
}

/** What a program needs between its kernels. */
export class PlanMemory {
  readonly #device: Device;
  readonly #buffer: DeviceBuffer | undefined;

  constructor(device: Device, { arenaBytes }: Plan) {
    this.#device = device;
    if (arenaBytes > 0) this.#buffer = device.allocate(arenaBytes);
  }

  at(range: Range): Binding {
    return { buffer: this.#buffer as DeviceBuffer, ...range };
  }

  release(): void {
    if (this.#buffer) this.#device.release(this.#buffer, this.#buffer.bytes);
  }
}

/** What a program's bindings are at one run. */
export function bindPlaces(
  plan: Plan,
  memory: { inputs: readonly Binding[]; results: readonly Binding[] },
  arena: PlanMemory,
): Binding[] {
  return plan.places.map((place): Binding => {
    if (place.kind === 'arena') return arena.at(place);
    const whole = (place.kind === 'input' ? memory.inputs[place.input] : memory.results[place.result]) as Binding;
    const { range } = place;
    return range ? { buffer: whole.buffer, offset: whole.offset + range.offset, length: range.length } : whole;
  });
}
