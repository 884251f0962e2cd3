/** Moves tensors into one piece of memory, one after another, so that a kernel can go through all of them at once. */
import { contiguousStrides, getOrMake } from '@evenkeel/backend';
import { copy } from '@evenkeel/compiler/primitives';
import type { Device } from '../engine/device.ts';
import { bindingOf, prepare } from '../engine/execute.ts';
import { Storage } from '../engine/storage.ts';
import type { Tensor } from '../tensor.ts';

/** Lays tensors of one dtype, each of them row by row, side by side; where they lie so and nobody else looks at them they stay. */
export function laySideBySide(device: Device, tensors: readonly Tensor[]): void {
  if (areSideBySide(tensors)) return;
  const elements = tensors.reduce((sum, { size }) => sum + size, 0);
  const storage = new Storage(device, elements, (tensors[0] as Tensor).dtype);
  const item = storage.bytes / elements;
  let offset = 0;
  for (const tensor of tensors) {
    const length = tensor.size * item;
    // In one dimension, few sizes make few kernels.
    const flat = { shape: [tensor.size], dtype: tensor.dtype, strides: [1], uniform: undefined };
    const target = { buffer: storage.buffer, offset: offset * item, length };
    device.run(prepare(device, copy, [flat], {}), [bindingOf(tensor), target], []);
    tensor.become({ storage, strides: contiguousStrides(tensor.shape), offset });
    offset += tensor.size;
  }
  storage.divide(tensors.flatMap(({ lifetime }) => lifetime ?? []));
}

/** Lists of tensors that lie side by side already, in order. */
export function rowsAmong(tensors: readonly Tensor[]): Tensor[][] {
  const byStorage = new Map<Storage, Tensor[]>();
  for (const tensor of tensors) {
    const { storage } = tensor.memory();
    getOrMake(byStorage, storage, () => []).push(tensor);
  }
  const rows: Tensor[][] = [];
  for (const together of byStorage.values()) {
    let row: Tensor[] = [];
    for (const tensor of together.sort((a, b) => a.offset - b.offset)) {
      const last = row.at(-1);
      if (last && tensor.offset !== last.offset + last.size) row = [];
      if (row.push(tensor) === 2) rows.push(row);
    }
  }
  return rows;
}

function areSideBySide(tensors: readonly Tensor[]): boolean {
  const [first] = tensors as [Tensor];
  const { storage, offset } = first.memory();
  let end = offset;
  for (const tensor of tensors) {
    if (tensor.lifetime?.storage !== storage || tensor.offset !== end) return false;
    end += tensor.size;
  }
  return !storage.isShared;
}
