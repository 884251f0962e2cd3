import { mayHold, type ScatterAddKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { checkIndex, malformed } from '../renderer/malformed.ts';
import { execute, Renderer } from '../renderer/renderer.ts';
import { binaryFunctions } from '../renderer/scalar-functions.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { Domain } from './domain.ts';

/** Adds each value to the row that its index names, in order, from zero. */
export function compileScatterAdd(kernel: ScatterAddKernel, faults: Faults): CompiledKernel {
  const { outer, length, inner, size, output } = kernel;
  const declared = kernel.bindings[output];
  const add = binaryFunctions[kernel.value.dtype].add;
  if (!add || kernel.index.dtype !== 'int32' || !mayHold(declared, kernel.value)) {
    const what = declared ? `${declared.access} binding of ${declared.dtype}` : 'missing binding';
    throw malformed(kernel, `${kernel.value.dtype} added to a ${what} at an index of ${kernel.index.dtype}`);
  }
  const rows = new Domain(0, [outer, length]);
  const columns = new Domain(2, [inner]);
  const renderer = new Renderer(kernel, faults, 3, []);
  const stage = renderer.stage([kernel.index, kernel.value], columns.axes, rows.axes | columns.axes, 0);
  renderer.finish();
  const { values } = renderer;
  const [indexSlot, valueSlot] = stage.slots as [number, number];

  return {
    run(bindings, given) {
      renderer.begin(given);
      const stored = bindings[output]!;
      const total = outer * size * inner;
      if (total > 0) checkIndex(kernel, output, total - 1, stored.length);
      // The sums of what is stored as float16 are float32.
      const out = declared?.dtype === 'float16' ? new Float32Array(total) : stored.fill(0, 0, total);
      if (inner === 0) return;
      rows.start(values);
      for (let row = 0; row < rows.size; row++) {
        columns.start(values);
        execute(stage.outer, values, bindings);
        for (let r = 0; r < inner; r++) {
          execute(stage.inner, values, bindings);
          const index = values[indexSlot]!;
          if (index < 0 || index >= size) {
            faults.report(index, size);
          } else {
            // The typed array rounds a float32 sum as it stores it.
            const position = (values[0]! * size + index) * inner + r;
            out[position] = add(out[position]!, values[valueSlot]!);
          }
          columns.advance(values);
        }
        rows.advance(values);
      }
      if (out !== stored) stored.set(out);
    },
  };
}
