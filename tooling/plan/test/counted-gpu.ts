/** Training steps on the machine's GPU, and what its device is asked for. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type WebgpuBackend, webgpu } from '@evenkeel/backend-webgpu';
import { MLP } from '@evenkeel/models';
import { CrossEntropyLoss } from '@evenkeel/nn-layers';
import { count, type DeviceCounts, nodeGpu, observe } from '@evenkeel/node-gpu';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { compile, memory, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { gpt } from '../src/programs.ts';

/** The machine's, if only one in software; undefined where there is none. */
export const gpu = await nodeGpu();

/** Of a step of the six-block GPT: one for each kernel of its plan, and one for each further stage of a kernel. */
export const mostDispatches = 160;

/** A backend whose device is counted; it is the current one from now on. */
export async function countedBackend(
  sharedMemory?: boolean,
): Promise<{ backend: WebgpuBackend; counts: DeviceCounts }> {
  let counts: DeviceCounts | undefined;
  const met = observe(gpu as GPU, (device) => {
    counts = count(device);
  });
  const backend = await webgpu({ gpu: met, sharedMemory });
  useBackend(backend);
  return { backend, counts: counts as DeviceCounts };
}

/** How the counts change meanwhile. */
export async function countedDuring(counts: DeviceCounts, work: () => unknown): Promise<DeviceCounts> {
  const before = { ...counts };
  await work();
  const names = Object.keys(before) as (keyof DeviceCounts)[];
  return Object.fromEntries(names.map((name) => [name, counts[name] - before[name]])) as unknown as DeviceCounts;
}

export type Step = (x: Tensor, y: Tensor) => Tensor;

/** Small models that are trained, and what they are given in a step. */
export const trainings: Readonly<Record<string, () => { step: Step; batch(i: number): [Tensor, Tensor] }>> = {
  GPT() {
    const sizes = { vocabulary: 8, context: 8, batch: 2, width: 8, blocks: 1 };
    const tokens = (i: number) =>
      tensor(
        Int32Array.from({ length: 16 }, (_, k) => (3 * k + i) % 8),
        { shape: [2, 8] },
      );
    return { step: gpt(sizes), batch: (i) => [tokens(i), tokens(i + 1)] };
  },
  MLP() {
    const model = new MLP(4, 3, { hidden: [8, 8], norm: 'layer', dropout: 0.1 });
    const optimizer = new AdamW(model.parameters());
    const criterion = new CrossEntropyLoss();
    const step = compile((x: Tensor, y: Tensor): Tensor => {
      optimizer.zeroGrad();
      const loss = criterion.call(model.call(x), y);
      loss.backward();
      clipGradNorm(model.parameters(), 1);
      optimizer.step();
      return loss;
    });
    const batch = (i: number): [Tensor, Tensor] => [
      tensor(
        Float32Array.from({ length: 24 }, (_, k) => Math.sin(5 * i + k)),
        { shape: [6, 4] },
      ),
      tensor(Int32Array.from({ length: 6 }, (_, k) => (k + i) % 3)),
    ];
    return { step, batch };
  },
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What there is of everything that could grow, after what may go is gone. */
export async function held({ backend, counts }: { backend: WebgpuBackend; counts: DeviceCounts }) {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { buffers, bindGroups, pipelines, shaders } = counts;
  const { bytes, tensors } = memory();
  const { liveBytes, memoryBytes } = backend;
  return { buffers, bindGroups, pipelines, shaders, bytes, tensors, liveBytes, memoryBytes };
}
