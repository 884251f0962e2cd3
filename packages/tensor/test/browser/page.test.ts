import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import { useBackend } from '@evenkeel/tensor';
import { expect, it } from 'vitest';
import { type Fit, fit } from './fit.ts';

it('trains on WebAssembly in a page as the oracle does', async () => {
  useBackend(cpu());
  const { losses: expected } = await fit(20);
  useBackend(wasm());
  const { losses } = await fit(20);
  expect(losses[19]).toBeLessThan((losses[0] as number) / 2);
  losses.forEach((loss, step) => {
    expect(Math.abs(loss / (expected[step] as number) - 1)).toBeLessThan(1e-4);
  });
});

it('does not grow from step to step', async () => {
  useBackend(wasm());
  const { tensors } = await fit(60);
  expect(tensors[59]).toBe(tensors[10]);
});

it('trains in a worker, bit for bit as in the page', async () => {
  useBackend(wasm());
  const { losses: expected } = await fit(10);
  const worker = new Worker(new URL('./fit-in-worker.ts', import.meta.url), { type: 'module' });
  const { losses } = await new Promise<Fit>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(10);
  });
  worker.terminate();
  expect(losses).toEqual(expected);
});
