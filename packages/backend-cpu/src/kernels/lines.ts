import { mayHold, type RankKernel, type ScanKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import { checkIndex, malformed } from '../renderer/malformed.ts';
import { execute, Renderer } from '../renderer/renderer.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { Domain } from './domain.ts';

/** Elements from one of a line to the next. */
export type LineWork = (values: Float64Array, out: { [index: number]: number }, first: number, step: number) => void;

/** A routine that works on lines: all values first, then each line for itself. */
export function compileLines(kernel: ScanKernel | RankKernel, faults: Faults, work: LineWork): CompiledKernel {
  const { outer, length, inner, output } = kernel;
  const declared = kernel.bindings[output];
  const result = kernel.routine === 'rank' ? 'int32' : kernel.value.dtype;
  if (!mayHold(declared, { dtype: result })) {
    const what = declared ? `${declared.access} binding of ${declared.dtype}` : 'missing binding';
    throw malformed(kernel, `${result} stored to a ${what}`);
  }
  const domain = new Domain(0, [outer, length, inner]);
  const renderer = new Renderer(kernel, faults, 3, []);
  const stage = renderer.stage([kernel.value], domain.axes, domain.axes, 0);
  renderer.finish();
  const slots = renderer.values;
  const [valueSlot] = stage.slots as [number];

  return {
    run(bindings, given) {
      renderer.begin(given);
      const out = bindings[output]!;
      if (domain.size > 0) checkIndex(kernel, output, domain.size - 1, out.length);
      const values = new Float64Array(domain.size);
      domain.start(slots);
      execute(stage.outer, slots, bindings);
      for (let i = 0; i < domain.size; i++) {
        execute(stage.inner, slots, bindings);
        values[i] = slots[valueSlot]!;
        domain.advance(slots);
      }
      for (let o = 0; o < outer; o++) {
        for (let r = 0; r < inner; r++) work(values, out, o * length * inner + r, inner);
      }
    },
  };
}
