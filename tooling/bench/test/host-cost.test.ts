/** What a compiled step costs the host: on the null backend, which computes nothing. */
import { nullBackend } from '@evenkeel/backend-null';
import { Linear, LSTM } from '@evenkeel/nn-layers';
import { AdamW } from '@evenkeel/optimizers';
import { compile, manualSeed, memory, randn, type Tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, expect, test } from 'vitest';
import { w4 } from '../src/workloads/w4-gpt.ts';

beforeEach(() => {
  useBackend(nullBackend());
  manualSeed(0);
});

/** Milliseconds of processor time, of all threads: what else the machine does does not count. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function compiledW4(): () => Tensor {
  const batches = w4.batches();
  for (const tensor of batches.flat()) tensor.keep();
  const step = compile(w4.build().step);
  let turn = 0;
  return () => step(...(batches[turn++ % batches.length] as Tensor[])) as Tensor;
}

test('the first call of the step of W4 takes at most 1.5 s, a replay 0.3 ms, and 500 replays leave nothing behind', () => {
  const step = compiledW4();
  expect(processorTime(step)).toBeLessThan(1500);
  const rounds = Array.from({ length: 25 }, () => processorTime(() => Array.from({ length: 20 }, step)) / 20);
  expect(Math.min(...rounds)).toBeLessThan(0.3);
  const { bytes, tensors } = memory();
  for (let i = 0; i < 500; i++) step();
  expect(memory()).toMatchObject({ bytes, tensors });
});

test('the first call of a step of an LSTM over 128 turns takes at most 1 s', () => {
  const lstm = new LSTM(16, 32, { batchFirst: true });
  const head = new Linear(32, 4);
  const optimizer = new AdamW([...lstm.parameters(), ...head.parameters()]);
  const x = randn([8, 128, 16]).keep();
  const step = compile((batch: Tensor) => {
    optimizer.zeroGrad();
    const [outputs] = lstm.call(batch);
    const loss = head.call(outputs).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  });
  expect(processorTime(() => step(x))).toBeLessThan(1000);
});
