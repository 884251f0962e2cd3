import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundle } from '@evenkeel/chromium/bundle';

/**
 * Serves an empty page on this machine, and beside it `worker.js`, the worker in one script, and `start`.
 *
 * @param isIsolated whether with the headers that give a page shared memory
 * @returns the page's address
 */
export async function servePage(start: Uint8Array, isIsolated: boolean): Promise<string> {
  const files: Record<string, [type: string, content: string | Uint8Array]> = {
    '/': ['text/html', '<!doctype html><title>bench</title>'],
    '/worker.js': ['text/javascript', await bundle(join(import.meta.dirname, 'worker.ts'))],
    '/start': ['application/octet-stream', start],
  };
  const server = createServer((request, response) => {
    if (isIsolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    const [type, content] = files[request.url ?? ''] ?? [];
    if (type === undefined) response.statusCode = 404;
    else response.setHeader('Content-Type', type);
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // What asks of it keeps this process alive, not the server.
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
