import { ConfigError } from '@evenkeel/errors';
import { expect, it } from 'vitest';
import { wasm } from '../../src/index.ts';
import { gradients } from './gradients.ts';
import type { Asked } from './in-worker.ts';
import { products } from './products.ts';

async function inWorker(asked: Asked): Promise<{ threads: number; bytes: Uint8Array }> {
  const worker = new Worker(new URL('./in-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
      worker.postMessage(asked);
    });
  } finally {
    worker.terminate();
  }
}

it("is one thread on a page's own, which must not wait; more are refused, with what it takes", async () => {
  const backend = wasm({ threads: 'auto' });
  expect([crossOriginIsolated, backend.limits.threads]).toEqual([true, 1]);
  const bytes = await products(backend);
  expect(new Float32Array(bytes.buffer as ArrayBuffer).some((x) => x > 0)).toBe(true);
  expect(() => wasm({ threads: 2 })).toThrow(ConfigError);
  expect(() => wasm({ threads: 2 })).toThrow(
    /up to 1, or 'auto'(.|\n)*in a worker; the page must be cross-origin isolated/,
  );
});

it('is several in a worker of an isolated page, with the bits of one', async () => {
  const expected = await products(wasm());
  const two = await inWorker({ threads: 2, work: 'products' });
  expect(two.threads).toBe(2);
  expect(two.bytes).toEqual(expected);
});

it('loads attention where a program has it, on a page and in a worker with threads', async () => {
  const expected = await gradients(wasm());
  expect(new Float32Array(expected.buffer as ArrayBuffer).some((x) => x > 0)).toBe(true);
  const two = await inWorker({ threads: 2, work: 'gradients' });
  expect(two.threads).toBe(2);
  expect(two.bytes).toEqual(expected);
});
