/** Going on where a device was lost: what tensors held, in the host's memory, and their move to another backend. */
import { type Backend, itemBytes, type Shape, type Strides, sizeOf } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import type { Tensor } from '../tensor.ts';
import { currentDevice, type Device, useBackend } from './device.ts';
import type { Lifetime } from './lifetime.ts';
import { readBytes } from './read.ts';
import type { Storage } from './storage.ts';

/** Tensors' content at one moment, in the host's memory. */
export interface TensorSnapshot {
  readonly bytes: number;
  /**
   * Makes a backend the current one and has all tensors live there, with what they held when the snapshot was taken. Those that were
   * made since are released; those that were left out are there, with undefined content.
   */
  moveTo(backend: Backend): void;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a tensor's content was. */
interface Place {
  readonly storage: Storage;
  readonly strides: Strides;
  readonly offset: number;
}

/**
 * Takes a copy of what all tensors of the current backend hold, to go on with when its device is lost. Only of a backend that can be
 * lost (`reopen`): the others keep no list of their tensors.
 *
 * @param without tensors that are assigned to after the move, whose content need not be kept
 * @throws DeviceError where the backend cannot be lost
 *
 * @example
 * const snapshot = await snapshotTensors();
 * // … the device is lost …
 * snapshot.moveTo(await webgpu());
 */
export async function snapshotTensors(without: Iterable<Tensor> = []): Promise<TensorSnapshot> {
  const from = currentDevice();
  if (!from.alive) {
    throw new DeviceError(`the device of the backend ${from.backend.name} cannot be lost`, {
      doing: 'taking a snapshot of all tensors',
      expected: 'a backend with reopen(), such as webgpu',
    });
  }
  const others = new Set(Array.from(without, ({ lifetime }) => lifetime));
  const places = new Map<Lifetime, Place>();
  const reads = new Map<Storage, Promise<Bytes>>();
  for (const [lifetime, ref] of from.alive) {
    const [tensor, storage] = [ref.deref(), lifetime.storage];
    if (!tensor || !storage || others.has(lifetime)) continue;
    places.set(lifetime, { storage, strides: tensor.strides, offset: tensor.offset });
    if (reads.has(storage)) continue;
    reads.set(storage, readBytes(from, { buffer: storage.buffer, offset: 0, length: storage.bytes }));
  }
  const read = await Promise.all(reads.values());
  const contents = new Map([...reads.keys()].map((storage, i) => [storage, read[i] as Bytes]));
  /** Where tensors may be that are in it: a device to which they moved can be lost too. */
  const devices = new Set([from]);
  return {
    bytes: read.reduce((sum, { length }) => sum + length, 0),
    moveTo(backend) {
      useBackend(backend);
      const to = currentDevice();
      const isKept = (lifetime: Lifetime, ref: WeakRef<Tensor>) =>
        ref.deref() !== undefined && (places.has(lifetime) || others.has(lifetime));
      const all = [...devices].map((device) => [device, [...(device.alive ?? [])]] as const);
      for (const [, alive] of all) for (const [lifetime, ref] of alive) if (!isKept(lifetime, ref)) lifetime.release();
      devices.add(to);
      const moved = new Set<Storage>();
      for (const [device, alive] of all) {
        for (const [lifetime, ref] of alive) {
          const [tensor, storage, place] = [ref.deref(), lifetime.storage, places.get(lifetime)];
          if (!tensor || !storage) continue;
          const item = itemOf(tensor, from);
          if (!moved.has(storage)) relocate(storage, tensor, to, contents.get(storage), item);
          moved.add(storage);
          device.alive?.delete(lifetime);
          device.tensors--;
          to.alive?.set(lifetime, ref);
          to.tensors++;
          // It has moved since, to lie beside others or on its own; from then on it lies row by row.
          if (place && place.storage !== storage) {
            const bytes = gathered(contents.get(place.storage) as Bytes, tensor.shape, place, item);
            write(storage, tensor, bytes, item, tensor.offset);
          }
        }
      }
    },
  };
}

/** Gives a storage memory on another device, with its content as far as that is known, in items of so many bytes. */
function relocate(storage: Storage, tensor: Tensor, to: Device, content: Bytes | undefined, item: number): void {
  const { device, buffer, bytes } = storage;
  to.expectDType(tensor.dtype);
  const own = (bytes / itemOf(tensor, device)) * itemOf(tensor, to);
  // A device that has no room for it leaves it as it was.
  storage.buffer = to.allocate(own);
  storage.bytes = own;
  storage.device = to;
  device.release(buffer, bytes);
  if (content) write(storage, tensor, content, item);
}

/** Writes elements that take `item` bytes each where they come from. */
function write({ device, buffer }: Storage, tensor: Tensor, bytes: Bytes, item: number, offset = 0): void {
  const own = itemOf(tensor, device);
  const fitting =
    own === item ? bytes : own === 1 ? Uint8Array.from(new Int32Array(bytes.buffer)) : Int32Array.from(bytes);
  if (bytes.length > 0) device.queue.push(() => device.backend.write(buffer, fitting, offset * own));
}

/** The elements of a view, row by row. */
function gathered(bytes: Bytes, shape: Shape, { strides, offset }: Place, item: number): Bytes {
  const rows = new Uint8Array(sizeOf(shape) * item);
  let at = 0;
  const walk = (d: number, element: number): void => {
    if (d === shape.length) {
      rows.set(bytes.subarray(element * item, (element + 1) * item), at);
      at += item;
      return;
    }
    for (let i = 0; i < (shape[d] as number); i++) walk(d + 1, element + i * (strides[d] as number));
  };
  walk(0, offset);
  return rows;
}

function itemOf({ dtype }: Tensor, { backend }: Device): number {
  return itemBytes(dtype, backend.limits.boolBytes);
}
