import { type LoopKernel, partsOf } from '@evenkeel/backend';
import { reductionsOf } from '../renderer/graph.ts';
import { instructionsOf } from './vector-axis.ts';

/**
 * Groups reductions in passes over the inner domain: as early as the results they use allow. What no other uses may wait: it goes with
 * those that compute most of the same, or last.
 */
export function passesOf({ reductions }: LoopKernel): number[][] {
  const values = reductions.map(({ value }) => value);
  const earliest: number[] = [];
  let used = 0;
  for (const value of values) {
    const needed = reductionsOf(value);
    used |= needed;
    earliest.push(Math.max(0, ...earliest.map((pass, j) => ((needed >>> j) & 1) * (pass + 1))));
  }
  const passes = Array.from({ length: Math.max(0, ...earliest.map((pass) => pass + 1)) }, (): number[] => []);
  const isUsed = (i: number): boolean => ((used >>> i) & 1) === 1;
  earliest.forEach((pass, i) => {
    if (isUsed(i)) passes[pass]?.push(i);
  });
  const parts = passes.map((pass) => partsOf(values.filter((_, i) => pass.includes(i))));
  values.forEach((value, i) => {
    if (isUsed(i)) return;
    const shared = parts.map((others, pass) => {
      const common = [...partsOf([value])].filter((part) => pass >= (earliest[i] as number) && others.has(part));
      return common.reduce((cost, part) => cost + instructionsOf(part), 0);
    });
    const most = Math.max(...shared);
    passes.at(most > 0 ? shared.indexOf(most) : -1)?.push(i);
  });
  return passes;
}
