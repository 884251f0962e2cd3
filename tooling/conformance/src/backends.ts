import type { Backend } from '@evenkeel/backend';
import { cpu } from '@evenkeel/backend-cpu';
import { wasm } from '@evenkeel/backend-wasm';
import type { Skips } from './skips.ts';

/** The backends that the command checks. */
export const backends: Readonly<Record<string, { make(): Backend; readonly skips: Skips }>> = {
  cpu: { make: () => cpu(), skips: {} },
  wasm: { make: () => wasm(), skips: {} },
};
