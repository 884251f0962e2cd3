import type { Tensor } from '@evenkeel/tensor';

/**
 * How names of one state dict become those of another: `[from, to]`, where `from` is a whole name or, ending with a dot,
 * a prefix; `to` null drops the entry. The first rule that fits is applied; other names stay.
 */
export type PrefixMap = readonly (readonly [from: string, to: string | null])[];

/** A state dict under other names. Nothing is copied. */
export function rename(stateDict: ReadonlyMap<string, Tensor>, map: PrefixMap): Map<string, Tensor> {
  const renamed = new Map<string, Tensor>();
  for (const [name, value] of stateDict) {
    const rule = map.find(([from]) => (from.endsWith('.') ? name.startsWith(from) : name === from));
    if (!rule) renamed.set(name, value);
    else if (rule[1] !== null) renamed.set(rule[1] + name.slice(rule[0].length), value);
  }
  return renamed;
}
