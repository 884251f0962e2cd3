import type { LoopKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import type { Elements } from '../renderer/instruction.ts';
import { malformed } from '../renderer/malformed.ts';
import { execute, Renderer } from '../renderer/renderer.ts';
import { accumulatorOf } from './accumulator.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { Domain } from './domain.ts';

/** For each outer index: each reduction over the inner indices, the stores, then the stores of each element. */
export function compileLoop(kernel: LoopKernel, faults: Faults): CompiledKernel {
  const outer = new Domain(0, kernel.outer);
  const inner = new Domain(kernel.outer.length, kernel.inner);
  const all = outer.axes | inner.axes;
  const rank = kernel.outer.length + kernel.inner.length;
  const dtypes = kernel.reductions.map((r) => r.value.dtype);
  const renderer = new Renderer(kernel, faults, rank, dtypes);

  const reductions = kernel.reductions.map(({ fn, value }, r) => {
    const accumulator = accumulatorOf(fn, value.dtype);
    if (!accumulator) throw malformed(kernel, `${fn} of ${value.dtype}`);
    return { stage: renderer.stage([value], inner.axes, all, r), accumulator, slot: renderer.slotOfReduction(r) };
  });
  const stores = renderer.storeStage(kernel.stores, 0, outer.axes, dtypes.length);
  const elementStores = renderer.storeStage(kernel.elementStores, inner.axes, all, dtypes.length);
  renderer.finish();
  const { values } = renderer;

  const reduce = (bindings: readonly Elements[]): void => {
    for (const { stage, accumulator, slot } of reductions) {
      accumulator.start();
      inner.start(values);
      if (inner.size > 0) execute(stage.outer, values, bindings);
      for (let i = 0; i < inner.size; i++) {
        execute(stage.inner, values, bindings);
        accumulator.add(values[stage.slots[0]!]!);
        inner.advance(values);
      }
      values[slot] = accumulator.total();
    }
  };

  const storeElements = (bindings: readonly Elements[]): void => {
    if (kernel.elementStores.length === 0 || inner.size === 0) return;
    inner.start(values);
    execute(elementStores.outer, values, bindings);
    for (let i = 0; i < inner.size; i++) {
      execute(elementStores.inner, values, bindings);
      elementStores.store(bindings);
      inner.advance(values);
    }
  };

  return {
    run(bindings, given) {
      renderer.begin(given);
      outer.start(values);
      for (let o = 0; o < outer.size; o++) {
        reduce(bindings);
        execute(stores.outer, values, bindings);
        stores.store(bindings);
        storeElements(bindings);
        outer.advance(values);
      }
    },
  };
}
