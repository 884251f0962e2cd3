import { readSafetensors, toFloat32, toInt32 } from '@evenkeel/formats';
import { keep, type Tensor, tensor } from '@evenkeel/tensor';
import type { Program } from './workloads/index.ts';

/** Gives the program the weights of a start (see `writeStart`) and returns its inputs, batch by batch. */
export function loadStart(content: Uint8Array, program: Program): Tensor[][] {
  const state: Record<string, Tensor> = {};
  const batches: Tensor[][] = [];
  for (const [name, stored] of readSafetensors(content, 'the start').tensors) {
    const data = stored.dtype === 'I32' ? toInt32(stored) : toFloat32(stored);
    const value = tensor(data, { shape: stored.shape });
    const [, batch, position] = /^input\.(\d+)\.(\d+)$/.exec(name) ?? [];
    if (batch === undefined) {
      state[name.slice('state.'.length)] = value;
    } else {
      batches[Number(batch)] ??= [];
      batches[Number(batch)]![Number(position)] = value;
    }
  }
  program.model?.loadStateDict(state);
  for (const value of Object.values(state)) value.release();
  return keep(batches);
}
