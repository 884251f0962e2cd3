import { readFileSync } from 'node:fs';
import { readSafetensors, toFloat32, toInt32 } from '@evenkeel/formats';

/**
 * The start of a workload for a peer in JavaScript, out of the file that Even Keel wrote: the state dict by name, and the
 * inputs batch by batch, each `{ shape, data }`.
 */
export function readStart(file) {
  const state = {};
  const batches = [];
  for (const [name, stored] of readSafetensors(readFileSync(file), file).tensors) {
    const value = { shape: [...stored.shape], data: stored.dtype === 'I32' ? toInt32(stored) : toFloat32(stored) };
    const [, batch, position] = /^input\.(\d+)\.(\d+)$/.exec(name) ?? [];
    if (batch === undefined) {
      state[name.slice('state.'.length)] = value;
    } else {
      batches[batch] ??= [];
      batches[batch][position] = value;
    }
  }
  return { state, batches };
}
