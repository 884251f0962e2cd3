import { binary, type ContractionKernel, type LoopKernel, sizeOf } from '@evenkeel/backend';
import { chooseVariant } from './choose-variant.ts';
import type { Drafts } from './compiled-kernel.ts';
import { draftElements } from './elements.ts';
import { draftLoop } from './loop.ts';
import type { Profile } from './profile.ts';
import { draftBlocks } from './register-blocks.ts';
import { draftTiles } from './shared-tiles.ts';
import type { Draft } from './stage.ts';
import type { Variant } from './variant.ts';

/** Sums of products as the variant says: by default the one that was measured for them, or the one of the table. */
export function draftContraction(
  kernel: ContractionKernel,
  profile: Profile,
  variant: Variant = profile.tuned?.(kernel) ?? chooseVariant(kernel, profile),
): Drafts {
  if (variant.kind === 'sums') return draftLoop(asLoop(kernel), profile);
  const drafts = [variant.kind === 'shared' ? draftTiles(kernel, variant) : draftBlocks(kernel, variant)];
  if (variant.splits === 1) return { drafts };
  const results = sizeOf(kernel.batch) * sizeOf(kernel.m) * sizeOf(kernel.n);
  return { drafts: [...drafts, draftTotals(kernel, variant.splits)], workspaceWords: results * variant.splits };
}

/** The loop that reduces each product by itself: the axes have the same numbers. */
function asLoop({ bindings, arguments: given, batch, m, n, k, a, b, stores }: ContractionKernel): LoopKernel {
  return {
    form: 'loop',
    bindings,
    arguments: given,
    outer: [...batch, ...m, ...n],
    inner: k,
    reductions: [{ fn: 'sum', value: binary('mul', a, b) }],
    stores,
    elementStores: [],
  };
}

/** What the parts make together. */
function draftTotals(kernel: ContractionKernel, splits: number): Draft {
  const [m, n] = [sizeOf(kernel.m), sizeOf(kernel.n)];
  return draftElements({
    extents: [...kernel.batch, ...kernel.m, ...kernel.n],
    stores: kernel.stores,
    prepare(renderer, scope) {
      const part = renderer.workspace(`(index / ${m * n}u * ${splits}u + part) * ${m * n}u + index % ${m * n}u`);
      scope.add('var product = 0.0f;');
      scope.block(`for (var part = 0u; part < ${splits}u; part++) {`, [`product += bitcast<f32>(${part});`]);
      renderer.setReduced(scope, 0, 'product');
    },
  });
}
