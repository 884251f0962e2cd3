import { writeFileSync } from 'node:fs';
import { safeTensor, writeSafetensors } from '@evenkeel/formats';
import { manualSeed, type Tensor } from '@evenkeel/tensor';
import type { Workload } from './workloads/index.ts';

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
