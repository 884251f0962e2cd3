import { wasm } from '../../src/index.ts';
import { gradients } from './gradients.ts';
import { products } from './products.ts';

export interface Asked {
  readonly threads: number;
  readonly work: keyof typeof works;
}

const works = { products, gradients };

addEventListener('message', async ({ data: { threads, work } }: MessageEvent<Asked>) => {
  const backend = wasm({ threads });
  while (backend.threads < backend.limits.threads) await new Promise((resolve) => setTimeout(resolve, 5));
  const bytes = await works[work](backend);
  postMessage({ threads: backend.threads, bytes });
  backend.dispose();
});
