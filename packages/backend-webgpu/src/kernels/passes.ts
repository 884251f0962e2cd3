import type { Reduction } from '@evenkeel/backend';
import { reductionsOf } from '../renderer/renderer.ts';

/** The numbers of a kernel's reductions by pass: those of one pass use those of earlier passes only. */
export function passesOf(reductions: readonly Reduction[]): number[][] {
  const passes: number[][] = [];
  const passOf: number[] = [];
  reductions.forEach(({ value }, r) => {
    const before = reductionsOf(value);
    let pass = 0;
    for (let earlier = 0; earlier < r; earlier++) {
      if ((before >> earlier) & 1) pass = Math.max(pass, (passOf[earlier] as number) + 1);
    }
    passOf.push(pass);
    const members = passes[pass];
    if (members) members.push(r);
    else passes[pass] = [r];
  });
  return passes;
}
