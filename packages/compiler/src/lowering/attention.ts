import { type AttentionRoutine, cast, computedIn, mapStore, reduced, type Store, storedParts } from '@evenkeel/backend';
import { type Evaluation, elementIn } from '../emission/evaluation.ts';
import { mergeAxes } from '../emission/merge-axes.ts';
import { type AttentionPlaces, inputPlace } from '../fusion/attention.ts';
import type { Cluster } from '../fusion/cluster.ts';
import { seen } from '../fusion/kinds.ts';
import type { AppliedValue } from '../graph/value.ts';
import { axesIn } from '../positions/divide.ts';
import type { AttentionAttributes } from '../primitives/attention.ts';
import type { AttentionGradientAttributes } from '../primitives/attention-gradient.ts';

/** The kernel of attention, or of those of its derivatives that are kept. */
export function attentionKernel(cluster: Cluster, evaluation: Evaluation): AttentionRoutine {
  const places = cluster.attention as AttentionPlaces;
  const { value, batch, row, column, depth, width } = places;
  const { inputs } = value;
  const { scale, causal, extras } = value.attributes as AttentionAttributes;
  const read = inputs.map((input, i) => evaluation.wide(input, inputPlace(places, value, i)));
  const stores = cluster.kept.map(({ value: kept, at, memory }) => {
    const { dtype, attributes } = seen(kept) as AppliedValue;
    const binding = evaluation.written(memory, dtype);
    const sum = cast(dtype, reduced(computedIn(dtype), 0));
    const store: Store = { binding, index: elementIn(memory, kept, at), value: sum };
    return { of: (attributes as AttentionGradientAttributes).of, store };
  });
  const groups = [axesIn(batch), ...[row, column, depth, width].map((place) => axesIn([place]))];
  const { extents, rewrite } = mergeAxes(groups, cluster.extents, [
    ...read,
    ...storedParts(stores.map(({ store }) => store)),
  ]);
  const [lead, ...rest] = extents as [number[], number[], number[], number[], number[]];
  const [rows, columns, deep, wide] = rest.flat() as [number, number, number, number];
  const part = (i: number) => rewrite(read[i] as AttentionRoutine['query']);
  const shared = {
    form: 'routine',
    ...{ bindings: evaluation.bindings, arguments: evaluation.arguments },
    ...{ batch: lead, rows, columns, depth: deep, width: wide },
    ...{ query: part(0), key: part(1), value: part(2), scale, causal },
    ...Object.fromEntries(extras.map((extra, i) => [extra, part(inputs.length - extras.length + i)])),
  } as const;
  const storesOf = (wanted?: AttentionGradientAttributes['of']) =>
    stores.flatMap(({ of, store }) => (of === wanted ? mapStore(store, rewrite) : []));
  if (value.primitive.name === 'attention') return { ...shared, routine: 'attention', stores: storesOf() };
  return {
    ...shared,
    routine: 'attentionGradient',
    output: part(3),
    cotangent: part(4),
    queryStores: storesOf('query'),
    keyStores: storesOf('key'),
    valueStores: storesOf('value'),
  };
}
