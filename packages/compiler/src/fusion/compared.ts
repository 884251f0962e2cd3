import { isFloat } from '@evenkeel/backend';
import { type ComputedValue, sourcesOf, type Value } from '../graph/value.ts';
import { seen } from './kinds.ts';

const comparisons = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/**
 * Values that are compared with what is made of them, as elements are with the largest of their row. Two kernels that compute the same
 * sum may differ in its last bit (one rounds a product that the other does not), and then nothing equals its own maximum.
 */
export function comparedWithTheirOwn(values: readonly ComputedValue[]): ReadonlySet<Value> {
  const found = new Set<Value>();
  for (const value of values) {
    if (value.kind !== 'applied' || !comparisons.has(value.primitive.name)) continue;
    const [a, b] = value.inputs.map(seen) as [Value, Value];
    if (isMadeOf(b, a)) found.add(a);
    if (isMadeOf(a, b)) found.add(b);
  }
  return found;
}

/** Whether a value is made of another one, of floats that are computed. */
function isMadeOf(value: Value, source: Value): boolean {
  if (source.kind !== 'applied' || !isFloat(source.dtype)) return false;
  const waiting = new Set(sourcesOf(value));
  // What is added to a set while it is gone through comes last.
  for (const each of waiting) {
    if (each === source) return true;
    // Sources come before what is made of them.
    if (each.id > source.id) for (const further of sourcesOf(each)) waiting.add(further);
  }
  return false;
}
