import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Contender } from '../contenders/contender.ts';
import type { Variant } from '../contenders/variant.ts';
import { installPeers } from './install.ts';

/** How the libraries in JavaScript are used: as their documentation writes it, and as they are fastest. */
export const peerStyles: readonly PeerStyle[] = ['written', 'tuned'];
/** Not what they can do: jax-js, trained as in its own examples. */
export const exampleStyle: PeerStyle = 'examples';
export type PeerStyle = NonNullable<Contender['peerStyle']>;

/**
 * The other libraries: those in JavaScript on the GPU where Even Keel is, otherwise in WebAssembly, where they have one thread in
 * Node, whatever is asked, and their vectors joined as ours are; and PyTorch, which has no WebGPU.
 */
export function peers({ backend, threads, wide }: Variant, styles: readonly PeerStyle[] = peerStyles): Contender[] {
  const device = backend === 'webgpu' ? 'webgpu' : 'wasm';
  const installation = styles.length === 0 ? '' : installPeers();
  const contenders = ['tensorflow-js', 'jax-js'].flatMap((name) =>
    styles
      .filter((style) => style !== exampleStyle || name === 'jax-js')
      .map((style): Contender => {
        const main = join(import.meta.dirname, name, 'main.mjs');
        return {
          name: `${name}, ${style}`,
          peerStyle: style,
          command: (workload, file) =>
            [
              ...[
                process.execPath,
                ...(wide ? ['--experimental-wasm-revectorize'] : []),
                '--conditions=@evenkeel/source',
              ],
              ...[main, workload, file, installation, style, device],
            ] as [string, ...string[]],
        };
      }),
  );
  if (device === 'webgpu') return contenders;
  const python = findPython();
  if (python === undefined) {
    console.error('PyTorch is left out: no python3 here has it (Debian: apt install python3-torch).');
    return contenders;
  }
  const main = join(import.meta.dirname, 'pytorch/main.py');
  contenders.push({
    name: 'pytorch',
    command: (workload, file) => [python, main, workload, file, String(threads)],
    env: { OMP_NUM_THREADS: String(threads) },
  });
  return contenders;
}

/** The system's Python first: it is the one that Debian's PyTorch belongs to. */
function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
}
