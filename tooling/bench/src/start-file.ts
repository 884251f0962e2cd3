import { readFileSync, writeFileSync } from 'node:fs';
import { readSafetensors, safeTensor, toFloat32, toInt32, writeSafetensors } from '@evenkeel/formats';
import { keep, manualSeed, type Tensor, tensor } from '@evenkeel/tensor';
import type { Program, Workload } from './workloads/index.ts';

/**
 * What every contender starts a workload from: a safetensors file with the model's state dict as `state.<name>` and the
 * inputs of each step as `input.<batch>.<position>`. Drawn on the current backend, from a fixed seed.
 */
export async function writeStart(workload: Workload, file: string): Promise<void> {
  manualSeed(0);
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of workload.build().model?.stateDict() ?? []) tensors.set(`state.${name}`, value);
  for (const [batch, inputs] of workload.batches().entries()) {
    for (const [position, input] of inputs.entries()) tensors.set(`input.${batch}.${position}`, input);
  }
  const entries = [];
  for (const [name, value] of tensors) {
    const data = (await value.data()) as Float32Array | Int32Array;
    entries.push([name, safeTensor(data, value.shape)] as const);
  }
  writeFileSync(file, writeSafetensors(new Map(entries)));
}

/** Gives the program the file's weights and returns the file's inputs, batch by batch. */
export function readStart(file: string, program: Program): Tensor[][] {
  const state: Record<string, Tensor> = {};
  const batches: Tensor[][] = [];
  for (const [name, stored] of readSafetensors(readFileSync(file), file).tensors) {
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
