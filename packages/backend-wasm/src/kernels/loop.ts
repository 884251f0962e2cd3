import { type Expression, type Reduction, type Store, sizeOf, storedParts, strideAlong } from '@evenkeel/backend';
import { partsOf } from '../renderer/graph.ts';
import { blockRows } from './column-sums.ts';
import type { LoopPlan } from './early-stores.ts';
import type { KernelEmitter } from './kernel-emitter.ts';
import { cutNest, type LoopAxis, runNest } from './nest.ts';
import { runPass } from './reduction.ts';
import { cut } from './share.ts';
import { accessesOf, chooseCopies, chooseVectorAxis, innerAxes, leastCopies, timeOf } from './vector-axis.ts';

// Reductions by columns read one or two whole cache lines of every row.
const columnCopies = (reductions: number) => ({ least: 4, most: reductions > 1 ? 4 : 8 });

/** Bytes read and written that are much more than caches hold. */
const beyondCaches = 2 ** 25;

/** So few inner elements (those of a pooling window) are written out. */
const fewElements = 4;

type Values = readonly Expression[];

/**
 * A loop kernel. With the vector axis among the outer axes each lane is an outer index of its own ("columns"); among
 * the inner axes the lanes share one outer index and its reductions combine them ("rows").
 */
export function emitLoop(emitter: KernelEmitter, { kernel, passes, early }: LoopPlan): void {
  const { outer, inner, reductions, stores, elementStores, sums } = kernel;
  const allStores = [...stores, ...early.flat(), ...elementStores];
  const values = [...reductions.map((r) => r.value), ...allStores.map((s) => s.value)];
  // Lanes must not be rows that are added up.
  const lanes = sums ? outer.length : 0;
  const extents = new Map([...outer, ...inner].map((extent, axis) => [axis, extent] as const).slice(lanes));
  const innerSize = sizeOf(inner);
  const vectorAxis = chooseVectorAxis({ values, stores: allStores }, extents, {
    outer: new Set(outer.keys()),
    reductions: reductions.length,
    innerSize,
  });
  const least = leastCopies(emitter.features);
  const loopAxes = (sizes: readonly number[], first: number, work: Values, copies = {}): LoopAxis[] =>
    innermostLast(
      sizes.map((extent, i) => ({
        axis: first + i,
        extent,
        copies: first + i === vectorAxis ? chooseCopies(work, extent, { least, ...copies }) : 0,
        isWrittenOut: first > 0 && innerSize <= fewElements,
      })),
    );
  const varying = { axes: innerAxes(kernel) };
  // One sum waits for the one before it; a second vector has a sum of its own.
  const folding = { ...varying, least: 2 };
  const outerAxes = loopAxes(outer, 0, values, reductions.length > 0 ? columnCopies(reductions.length) : {});
  const axes = inner.length === 0 ? tiled(outerAxes, allStores) : outerAxes;
  const each = { values, stores: allStores };
  const work = sizeOf(outer) * innerSize * timeOf(each);
  const blocks = Math.ceil((outer[0] ?? 1) / blockRows);
  const along = sums ? { axis: 0, cut: cut(blocks, blockRows, work) } : cutNest(axes, work);
  emitter.phase({ work, along }, ({ renderer, shared }) => {
    runNest(renderer, {
      axes,
      values,
      stores: allStores,
      shared,
      isBeyondCaches:
        outer.length === 1 && inner.length === 0 && 4 * (outer[0] ?? 0) * accessesOf(each) >= beyondCaches,
      allowsPartial: true,
      body() {
        for (const [p, pass] of passes.entries()) {
          const members = pass.map((index) => ({ index, reduction: reductions[index] as Reduction }));
          const reduced = members.map(({ reduction }) => reduction.value);
          const storedHere = early[p] ?? [];
          const work = [...reduced, ...storedHere.map((s) => s.value)];
          runPass(renderer, loopAxes(inner, outer.length, work, folding), members, storedHere);
        }
        renderer.storeAll(stores);
        if (elementStores.length === 0) return;
        const stored = elementStores.map((s) => s.value);
        runNest(renderer, {
          axes: loopAxes(inner, outer.length, stored, varying),
          values: stored,
          stores: elementStores,
          allowsPartial: true,
          body: () => renderer.storeAll(elementStores),
        });
      },
    });
  });
}

/** The vector axis runs innermost, because it is the one along which memory is contiguous. */
export function innermostLast(axes: readonly LoopAxis[]): LoopAxis[] {
  return [...axes.filter((a) => a.copies === 0), ...axes.filter((a) => a.copies > 0)];
}

/**
 * Where the vector axis is gathered because the source is contiguous along another axis, that other axis runs innermost:
 * each turn of the vector axis reads a few streams to their end, instead of touching every cache line again and again.
 */
function tiled(axes: readonly LoopAxis[], stores: readonly Store[]): readonly LoopAxis[] {
  const vector = axes.find((a) => a.copies > 0);
  if (!vector) return axes;
  const isGathered = (index: Expression): boolean => {
    const stride = strideAlong(index, vector.axis);
    return stride !== 0 && stride !== 1;
  };
  const gathered = indicesOf(stores).filter(isGathered);
  const source = axes.find(
    ({ axis, extent }) => extent >= 8 && gathered.some((index) => strideAlong(index, axis) === 1),
  );
  if (!source) return axes;
  return [...axes.filter((a) => a !== vector && a !== source), vector, source];
}

/** The indices of all loads and stores. */
function indicesOf(stores: readonly Store[]): Expression[] {
  const loads = [...partsOf(storedParts(stores))].filter((e) => e.kind === 'load');
  return [...stores, ...loads].map(({ index }) => index);
}
