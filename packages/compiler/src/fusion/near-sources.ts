import { getOrMake, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { kindOf, seen } from './kinds.ts';

const sourcesKnown = new WeakMap<AppliedValue, ReadonlySet<Value>>();

/** What a value is made of, a few operations back, as far as that is not small beside it. */
export function nearSourcesOf(value: AppliedValue): ReadonlySet<Value> {
  return getOrMake(sourcesKnown, value, () => {
    const size = Math.max(...value.inputs.map(({ shape }) => sizeOf(shape)));
    const found = new Set<Value>();
    const collect = (from: AppliedValue, depth: number): void => {
      for (const input of from.inputs) {
        if (input.kind === 'constant' || input.kind === 'argument') continue;
        // What is one number for many elements is shared by much that has nothing else in common.
        if (sizeOf(seen(input).shape) * 4 > size) found.add(input);
        if (input.kind === 'applied' && depth > 0 && kindOf(input) === 'element') collect(input, depth - 1);
      }
    };
    collect(value, 4);
    return found;
  });
}
