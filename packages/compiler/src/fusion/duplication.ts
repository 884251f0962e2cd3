import { type Expression, sizeOf } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import { keyOf } from '../positions/divide.ts';
import type { Access, Cluster } from './cluster.ts';
import { chainCostOf, isDear, isDrawn, joinsSeveral, kindOf, neutralOf } from './kinds.ts';

/** How much may be computed once more in another cluster, in additions per element. */
const duplicateLimit = 8;
/** The same for an operand of a product, of which elements are read more than once. */
const operandLimit = 2;
/** The same where they are read once for every tap of a convolution's kernel. */
const windowLimit = 0;

/** What costs less than this part of one addition for each of a cluster's elements is rather computed again than kept. */
const littleShare = 2;

/**
 * Whether an operation that is no view is computed wherever it is read, instead of once for all.
 *
 * @param together whether operations are computed together at all
 */
export function mayRepeat(value: AppliedValue, accesses: readonly Access[], together: boolean): boolean {
  if (accesses.some(({ context }) => context === 'memory')) return false;
  if (neutralOf(value) !== undefined) return true;
  if (!together) return false;
  const cost = chainCostOf(value);
  const isAlone = new Set(accesses.map(placeKey)).size === 1;
  const isCheap = !isDear(value) && !joinsSeveral(value) && cost <= duplicateLimit;
  const isLittle = (cluster: Cluster): boolean =>
    !isDear(value) && cost * sizeOf(value.shape) * littleShare <= cluster.sizeOf(cluster.elements);
  return accesses.every(({ context, cluster, at }) => {
    if (context === 'window') return cost <= windowLimit;
    if (context === 'operand') return cost <= operandLimit && (isAlone || isCheap);
    if (context === 'routine') return (isAlone && !isRanking(cluster)) || (isCheap && cost <= operandLimit);
    if (isDrawn(value)) return isEvaluatedOnce(value, cluster, at);
    return isAlone ? !isDear(value) || isEvaluatedOnce(value, cluster, at) : isCheap || isLittle(cluster);
  });
}

/** Whether a cluster compares each element with all others, as far as the device has nothing better. */
function isRanking({ members }: Cluster): boolean {
  return [...members].some((member) => member.kind === 'applied' && member.primitive.name === 'rank');
}

/** Tells two places where a value is read apart. */
export function placeKey({ cluster, at }: Access): string {
  return `${cluster.id}|${at.map(keyOf).join('|')}`;
}

/** Whether a cluster that has it once needs each of its elements about once. */
function isEvaluatedOnce(value: AppliedValue, cluster: Cluster, at: readonly Expression[]): boolean {
  const size = sizeOf(value.shape);
  const isFew = size <= 1 || cluster.sizeOf(cluster.elements) <= 4 * size;
  return isFew || cluster.levelOf(at, value.shape) !== undefined || isOfItsRows(value, cluster);
}

/** Whether it is made of a fold over the cluster's own elements, so that the cluster will go over rows and have it once for each. */
function isOfItsRows(value: AppliedValue, cluster: Cluster): boolean {
  if (cluster.form !== 'loop' || cluster.inner !== undefined) return false;
  const [size, whole] = [sizeOf(value.shape), cluster.sizeOf(cluster.elements)];
  // Each once, however many ways lead there.
  const found = new Set([value]);
  for (const { inputs } of found) {
    for (const input of inputs) {
      if (input.kind !== 'applied' || sizeOf(input.shape) !== size) continue;
      const kind = kindOf(input);
      if (kind === 'element') found.add(input);
      else if (kind === 'fold' && sizeOf((input.inputs[0] as Value).shape) === whole) return true;
    }
  }
  return false;
}
