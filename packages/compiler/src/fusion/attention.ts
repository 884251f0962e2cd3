import { axis, type Expression } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { type AttentionAttributes, resultOrder } from '../primitives/attention.ts';
import { type AttentionGradientAttributes, differentiated } from '../primitives/attention-gradient.ts';
import type { Ask, Cluster } from './cluster.ts';
import { seen } from './kinds.ts';

/** The places of an attention's scores, of the depth of its queries and keys, and of the width of its values. */
export interface AttentionPlaces {
  readonly value: AppliedValue;
  readonly batch: readonly Expression[];
  readonly row: Expression;
  readonly column: Expression;
  readonly depth: Expression;
  readonly width: Expression;
}

/** Makes a cluster that does nothing yet the attention's; of what it gives, a value may have the dimensions in another order. */
export function placeAttention(cluster: Cluster, value: AppliedValue, ask: Ask): boolean {
  if (cluster.kept.length > 0) return false;
  const own = seen(value) as AppliedValue;
  const [query, , values] = own.inputs as readonly [Value, Value, Value];
  const [batch, rest] = [query.shape.slice(0, -2), query.shape.slice(-2)];
  const extents = [rest[0], values.shape.at(-2), rest[1], values.shape.at(-1)] as number[];
  cluster.form = 'routine';
  cluster.members.add(value);
  cluster.extents = [];
  const lead = cluster.addAxes(batch).places;
  // Each has its axis, even where there is one position alone: the kernel knows them by number.
  const [row, column, depth, width] = extents.map((extent) => axis(cluster.extents.push(extent) - 1)) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  // Its elements are the scores, of which there are more than of anything else.
  cluster.elements = [...cluster.extents.keys()].slice(0, -2);
  const places = { value: own, batch: lead, row, column, depth, width };
  cluster.attention = places;
  for (const access of cluster.accesses) access.at = resultPlace(places, value);
  own.inputs.forEach((input, i) => {
    const context = isOfScores(own, i) ? 'element' : 'operand';
    ask({ value: input, at: inputPlace(places, own, i), context });
  });
  return true;
}

/** A kernel of another derivative of the same attention, which can compute this one as well; and where it is there. */
export function companyOfAttention(
  value: AppliedValue,
  clusters: readonly Cluster[],
  mayTake: (cluster: Cluster) => boolean,
): { cluster: Cluster; at: Expression[] } | undefined {
  for (const cluster of clusters) {
    const { attention } = cluster;
    if (!attention || !isSame(attention.value, seen(value) as AppliedValue) || !mayTake(cluster)) continue;
    cluster.members.add(value);
    return { cluster, at: resultPlace(attention, value) };
  }
  return undefined;
}

function isSame(known: AppliedValue, { primitive, inputs, attributes }: AppliedValue): boolean {
  const alike = (of: object) => JSON.stringify({ ...of, of: 0 });
  return (
    known.primitive === primitive &&
    inputs.every((input, i) => input === known.inputs[i]) &&
    alike(known.attributes) === alike(attributes)
  );
}

/** Whether an input has an element for each score. */
function isOfScores({ inputs, attributes }: AppliedValue, input: number): boolean {
  return input >= inputs.length - (attributes as AttentionAttributes).extras.length;
}

/** Where attention, or its derivative, reads one of its inputs. */
export function inputPlace(places: AttentionPlaces, value: AppliedValue, input: number): Expression[] {
  const { batch, row, column, depth, width } = places;
  if (input < 3) return [...batch, input === 0 ? row : column, input === 2 ? width : depth];
  return isOfScores(value, input) ? [...batch, row, column] : outputPlace(places, value);
}

/** Where something lies in what attention gives. */
function outputPlace({ batch, row, width }: AttentionPlaces, { attributes }: AppliedValue): Expression[] {
  const whole = [...batch, row, width];
  return resultOrder(whole.length, attributes as AttentionAttributes).map((dim) => whole[dim] as Expression);
}

function resultPlace(places: AttentionPlaces, value: AppliedValue): Expression[] {
  const own = seen(value) as AppliedValue;
  const { of } = own.attributes as AttentionGradientAttributes;
  const at = of === undefined ? outputPlace(places, own) : inputPlace(places, own, differentiated[of]);
  return value === own
    ? at
    : (value.attributes as { dims: readonly number[] }).dims.map((dim) => at[dim] as Expression);
}
