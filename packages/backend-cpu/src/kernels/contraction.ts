import type { ContractionKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import type { Elements } from '../renderer/instruction.ts';
import { malformed } from '../renderer/malformed.ts';
import { execute, Renderer, type Stage } from '../renderer/renderer.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { Domain } from './domain.ts';
import { dotOf } from './dot.ts';

/** Sums of products. Each operand is evaluated into rows along k first, so that no element is computed twice. */
export function compileContraction(kernel: ContractionKernel, faults: Faults): CompiledKernel {
  const dtype = kernel.a.dtype;
  if ((dtype !== 'float32' && dtype !== 'float64') || kernel.b.dtype !== dtype) {
    throw malformed(kernel, `a contraction of ${dtype} and ${kernel.b.dtype}`);
  }
  const batch = new Domain(0, kernel.batch);
  const m = new Domain(kernel.batch.length, kernel.m);
  const n = new Domain(kernel.batch.length + kernel.m.length, kernel.n);
  const beforeK = kernel.batch.length + kernel.m.length + kernel.n.length;
  const k = new Domain(beforeK, kernel.k);

  const renderer = new Renderer(kernel, faults, beforeK + kernel.k.length, [dtype]);
  const aStage = renderer.stage([kernel.a], k.axes, batch.axes | m.axes | k.axes, 0);
  const bStage = renderer.stage([kernel.b], k.axes, batch.axes | n.axes | k.axes, 0);
  const stores = renderer.storeStage(kernel.stores, 0, batch.axes | m.axes | n.axes, 1);
  renderer.finish();
  const { values } = renderer;
  const total = renderer.slotOfReduction(0);
  const dot = dotOf(dtype);

  const fillRow = (row: Float64Array, offset: number, stage: Stage, bindings: readonly Elements[]): void => {
    if (k.size === 0) return;
    k.start(values);
    execute(stage.outer, values, bindings);
    for (let i = 0; i < k.size; i++) {
      execute(stage.inner, values, bindings);
      row[offset + i] = values[stage.slots[0]!]!;
      k.advance(values);
    }
  };

  return {
    run(bindings, given) {
      renderer.begin(given);
      const a = new Float64Array(k.size);
      const b = new Float64Array(n.size * k.size);
      batch.start(values);
      for (let i = 0; i < batch.size; i++) {
        n.start(values);
        for (let column = 0; column < n.size; column++) {
          fillRow(b, column * k.size, bStage, bindings);
          n.advance(values);
        }
        m.start(values);
        for (let row = 0; row < m.size; row++) {
          fillRow(a, 0, aStage, bindings);
          n.start(values);
          for (let column = 0; column < n.size; column++) {
            values[total] = dot(a, 0, b, column * k.size, k.size);
            execute(stores.outer, values, bindings);
            stores.store(bindings);
            n.advance(values);
          }
          m.advance(values);
        }
        batch.advance(values);
      }
    },
  };
}
