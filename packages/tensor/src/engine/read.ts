import { type Binding, type HostArray, itemBytes } from '@evenkeel/backend';
import { ShapeError } from '@evenkeel/errors';
import { activeRecorder } from '../recording/active.ts';
import type { Tensor } from '../tensor.ts';
import { copied } from './copied.ts';
import type { Device } from './device.ts';
import { bindingOf } from './execute.ts';
import { arrays, hostArray } from './host-array.ts';

/** Nested arrays of numbers, one level per dimension. */
export type Nested = number | Nested[];

/** Reads a tensor's elements row by row. */
export async function data(tensor: Tensor): Promise<HostArray> {
  if (tensor.uniform !== undefined) return hostArray(tensor.dtype, tensor.size).fill(tensor.uniform);
  activeRecorder()?.refuseReading(tensor);
  if (tensor.traced) return data(tensor.traced.recorder.realOf(tensor));
  const own = tensor.isContiguous ? tensor : copied(tensor);
  const { device } = own.memory().storage;
  const reading = readBytes(device, bindingOf(own));
  if (own !== tensor) own.release();
  return decode(tensor, await reading, itemBytes(tensor.dtype, device.backend.limits.boolBytes));
}

/** Reads a part of a memory, as it is after everything that was asked for so far. */
export async function readBytes({ backend, queue }: Device, binding: Binding): Promise<Uint8Array<ArrayBuffer>> {
  // Asked for now, in order with all that was run; what is read does not change with what runs later.
  const reading = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    queue.push(() => backend.read(binding.buffer, binding).then(resolve, reject));
  });
  // A failure in the queue explains better than one of the read that followed it, which nobody need hear of then.
  reading.catch(() => {});
  await queue.drained();
  return reading;
}

/** Reads the value of a tensor with one element. Throws `ShapeError` for any other. */
export async function item(tensor: Tensor): Promise<number> {
  if (tensor.size !== 1) {
    throw new ShapeError('only a tensor of one element is one number', {
      op: 'item',
      shapes: [tensor.shape],
      remedy: 'reduce it first, or read all elements with data()',
    });
  }
  const [value] = await data(tensor);
  return value as number;
}

/** Reads the elements as nested arrays, one level per dimension. */
export async function tolist(tensor: Tensor): Promise<Nested> {
  const flat = await data(tensor);
  let next = 0;
  const nest = (d: number): Nested => {
    if (d === tensor.shape.length) return flat[next++] as number;
    return Array.from({ length: tensor.shape[d] as number }, () => nest(d + 1));
  };
  return nest(0);
}

function decode({ dtype, size }: Tensor, bytes: Uint8Array<ArrayBuffer>, item: number): HostArray {
  const { buffer, byteOffset } = bytes;
  const isWideBool = dtype === 'bool' && item === 4;
  if (isWideBool) return Uint8Array.from(new Int32Array(buffer, byteOffset, size));
  return new arrays[dtype](buffer, byteOffset, size);
}
