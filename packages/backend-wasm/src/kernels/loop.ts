import type { LoopKernel, Reduction, Store } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import { type LoopAxis, runNest } from './nest.ts';
import { runPass } from './reduction.ts';
import { chooseCopies, chooseVectorAxis, passesOf } from './vector-axis.ts';

/**
 * A loop kernel. With the vector axis among the outer axes each lane is an outer index of its own ("columns"); among
 * the inner axes the lanes share one outer index and its reductions combine them ("rows").
 */
export function emitLoop(renderer: Renderer, kernel: LoopKernel): void {
  const { outer, inner, reductions, stores, elementStores } = kernel;
  const values = [
    ...reductions.map((r) => r.value),
    ...stores.map((s) => s.value),
    ...elementStores.map((s) => s.value),
  ];
  const allStores = [...stores, ...elementStores];
  const extents = new Map([...outer, ...inner].map((extent, axis) => [axis, extent]));
  const innerSize = inner.reduce((size, extent) => size * extent, 1);
  const vectorAxis = chooseVectorAxis({ values, stores: allStores }, extents, {
    outer: new Set(outer.keys()),
    reductions: reductions.length,
    innerSize,
  });
  const copies = vectorAxis === undefined ? 0 : chooseCopies(values, extents.get(vectorAxis) as number);
  const loopAxes = (sizes: readonly number[], first: number): LoopAxis[] =>
    innermostLast(
      sizes.map((extent, i) => ({
        axis: first + i,
        extent,
        copies: first + i === vectorAxis ? copies : 0,
      })),
    );
  const innerAxes = loopAxes(inner, outer.length);
  const passes = passesOf(kernel);
  runNest(renderer, {
    axes: loopAxes(outer, 0),
    values,
    stores: allStores,
    body() {
      renderer.clearReduced();
      for (const pass of passes) {
        const members = pass.map((index) => ({
          index,
          reduction: reductions[index] as Reduction,
        }));
        runPass(renderer, innerAxes, members);
      }
      storeAll(renderer, stores);
      if (elementStores.length === 0) return;
      runNest(renderer, {
        axes: innerAxes,
        values: elementStores.map((s) => s.value),
        stores: elementStores,
        body: () => storeAll(renderer, elementStores),
      });
    },
  });
}

/** All values first: a store may overwrite, in place, what another value is made from. */
export function storeAll(renderer: Renderer, stores: readonly Store[]): void {
  renderer.eachCopy(() => {
    const values = stores.map((store) => renderer.keep(store.value));
    stores.forEach((store, i) => {
      renderer.store(store, values[i] as (typeof values)[number]);
    });
  });
}

/** The vector axis runs innermost, because it is the one along which memory is contiguous. */
export function innermostLast(axes: readonly LoopAxis[]): LoopAxis[] {
  return [...axes.filter((a) => a.copies === 0), ...axes.filter((a) => a.copies > 0)];
}
