import type { RankKernel } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import type { CompiledKernel } from './compiled-kernel.ts';
import { compileLines } from './lines.ts';

/** Places in the sorted order, by the engine's own stable sort. */
export function compileRank(kernel: RankKernel, faults: Faults): CompiledKernel {
  const { length, descending } = kernel;
  const sign = descending ? -1 : 1;
  const order = new Int32Array(length);
  return compileLines(kernel, faults, (values, out, first, step) => {
    for (let i = 0; i < length; i++) order[i] = i;
    order.sort((a, b) => sign * compare(values[first + a * step]!, values[first + b * step]!) || a - b);
    order.forEach((position, place) => {
      out[first + position * step] = place;
    });
  });
}

/** NaN is larger than everything. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? -1 : Number(a > b);
}
