import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import type { Skips } from './skips.ts';

export interface ListedBackend {
  make(): Backend | Promise<Backend>;
  readonly skips: Skips;
  /** Why this machine has none, in words; undefined if it has. Default: every machine has. */
  absence?(): Promise<string | undefined>;
}

/** The backends that the command checks. What not every machine has is loaded where it is asked for. */
export const backends: Readonly<Record<string, ListedBackend>> = {
  cpu: { make: () => cpu(), skips: {} },
  wasm: { make: () => wasm(), skips: {} },
  webgpu: {
    make: async () => (await import('./node-webgpu.ts')).nodeWebgpu(),
    absence: async () => (await import('./node-webgpu.ts')).absence(),
    skips: {},
  },
};
