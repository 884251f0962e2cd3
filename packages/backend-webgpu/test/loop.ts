import type { LoopKernel } from '@evenkeel/backend';

/** A loop kernel of these parts, and nothing else. */
export function loop(parts: Partial<LoopKernel>): LoopKernel {
  return {
    form: 'loop',
    bindings: [],
    arguments: [],
    outer: [],
    inner: [],
    reductions: [],
    stores: [],
    elementStores: [],
    ...parts,
  };
}
