import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nullBackend } from '@evenkeel/backend-null';
import { wasm } from '@evenkeel/backend-wasm';
import { BatchNorm1d, CrossEntropyLoss, Dropout, Linear, ReLU, Sequential } from '@evenkeel/nn-layers';
import { AdamW, clipGradNorm } from '@evenkeel/optimizers';
import { type Backend, compile, memory, randn, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { expect, test } from 'vitest';

const replays = 10_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What lives, after everything that may go is gone. */
async function alive(
  buffers: ReadonlySet<unknown>,
): Promise<{ buffers: number; bytes: number; tensors: number; heap: number }> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { bytes, tensors } = memory();
  return { buffers: buffers.size, bytes, tensors, heap: process.memoryUsage().heapUsed };
}

test.each([
  ['null', nullBackend],
  ['wasm', wasm],
] as const)(`nothing grows over ${replays} replays of a training step on %s`, async (_, make) => {
  const backend: Backend = make();
  const buffers = new Set<unknown>();
  const [allocate, release] = [backend.allocate.bind(backend), backend.release.bind(backend)];
  backend.allocate = (bytes) => {
    const buffer = allocate(bytes);
    buffers.add(buffer);
    return buffer;
  };
  backend.release = (buffer) => {
    buffers.delete(buffer);
    release(buffer);
  };
  useBackend(backend);
  const model = new Sequential(new Linear(4, 8), new BatchNorm1d(8), new ReLU(), new Dropout(0.1), new Linear(8, 3));
  const optimizer = new AdamW(model.parameters());
  const lossOf = new CrossEntropyLoss();
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = lossOf.call(model.call(x), y);
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    return loss;
  });
  const [x, y] = [randn([6, 4]).keep(), tensor([0, 1, 2, 0, 1, 2], { dtype: 'int32' }).keep()];
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const loss = step(x, y);
      if (i % 100 === 99) await loss.data();
    }
  };
  await run(replays / 10);
  const before = await alive(buffers);
  await run(replays);
  const after = await alive(buffers);
  expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
  expect(after.heap - before.heap).toBeLessThan(2 ** 20);
});
