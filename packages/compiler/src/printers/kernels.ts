import { kernelKey, printKernel } from '@evenkeel/backend';
import type { Stages } from '../plan/plan.ts';
import { stepsOf } from './steps.ts';
import type { Names } from './text.ts';

/**
 * The kernels of a program as the backend gets them, each of them once: above it the steps that run it and what its bindings are in
 * the first of them.
 */
export function printKernels(stages: Stages, names: Names = {}): string {
  const steps = stepsOf(stages, names);
  const byKey = new Map<string, typeof steps>();
  for (const step of steps) {
    const key = kernelKey(step.kernel);
    byKey.set(key, [...(byKey.get(key) ?? []), step]);
  }
  const blocks = [...byKey.values()].map((same) => {
    const [first] = same as [(typeof steps)[number]];
    const numbers = same.map(({ number }) => number).join(' ');
    let [read, write] = [0, 0];
    const bound = first.kernel.bindings.map(({ access }, i) =>
      access === 'read' ? `in${i} = ${first.reads[read++]}` : `out${i} = ${first.writes[write++]}`,
    );
    return [
      `step ${numbers}`,
      `  ${bound.join(', ')}`,
      ...printKernel(first.kernel)
        .split('\n')
        .map((line) => `  ${line}`),
    ];
  });
  const head = `${byKey.size} different kernel${byKey.size === 1 ? '' : 's'}`;
  return [head, ...blocks.flat()].join('\n');
}
