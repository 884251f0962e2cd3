import { wasm } from '../../src/index.ts';
import { products } from './products.ts';

addEventListener('message', async ({ data: threads }: MessageEvent<number>) => {
  const backend = wasm({ threads });
  while (backend.threads < backend.limits.threads) await new Promise((resolve) => setTimeout(resolve, 5));
  const bytes = await products(backend);
  postMessage({ threads: backend.threads, bytes });
  backend.dispose();
});
