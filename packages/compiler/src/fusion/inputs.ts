import { bounded, integer } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { Primitive } from '../primitive.ts';
import type { Access } from './cluster.ts';
import { neutralOf } from './kinds.ts';

/** Where an operation that is computed in a cluster reads its inputs there. */
export function inputsOf(value: AppliedValue, { cluster, at, context }: Access): Access[] {
  if (neutralOf(value) !== undefined) return [];
  const read = (input: number, place: Access['at'], isGuarded = false): Access => ({
    value: value.inputs[input] as Value,
    cluster,
    at: place,
    context: isGuarded && context === 'element' ? 'guarded' : context,
  });
  const { lowering } = value.primitive as unknown as Primitive<object>;
  const first = value.inputs[0] as Value;
  switch (lowering.kind) {
    case 'pointwise':
      return value.inputs.map((_, i) => read(i, at));
    case 'view':
      return [read(0, lowering.from(at, first, value.attributes, cluster.extents))];
    case 'rearrangement': {
      const source = lowering.from(at, first, value.attributes);
      return [read(0, source.at, source.guard !== undefined)];
    }
    case 'gather': {
      const { dim } = value.attributes as { dim: number };
      // What the position is does not matter here, only that it is one of its own: nothing is folded or multiplied there.
      const found = bounded(integer(0), first.shape[dim] as number);
      const place = at.map((position, d) => (d === dim ? { ...found } : position));
      return [read(0, place), read(1, at)];
    }
    default:
      return [];
  }
}
