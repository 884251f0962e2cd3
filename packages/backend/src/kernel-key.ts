import { type Expression, operands } from './expression.ts';
import type { Kernel } from './kernel.ts';

/**
 * What caches know a kernel by: two kernels with the same key compute the same. A part that occurs several times is written once
 * and then by number, so the key grows with the graph, not with the tree.
 */
export function kernelKey(kernel: Kernel): string {
  const numbers = new Map<object, number>();
  return JSON.stringify(kernel, (_, part) => {
    if (typeof part === 'number') return Object.is(part, -0) ? '-0' : Number.isFinite(part) ? part : String(part);
    if (!part?.kind || operands(part as Expression).length === 0) return part;
    const known = numbers.get(part);
    if (known !== undefined) return `#${known}`;
    numbers.set(part, numbers.size);
    return part;
  });
}
