import { wasm } from '@evenkeel/backend-wasm';
import { useBackend } from '@evenkeel/tensor';
import { fit } from './fit.ts';

addEventListener('message', async ({ data: steps }: MessageEvent<number>) => {
  useBackend(wasm());
  postMessage(await fit(steps));
});
