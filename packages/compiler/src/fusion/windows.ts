import { binary, type Expression, integer, weightedSum } from '@evenkeel/backend';
import type { AppliedValue, Value } from '../graph/value.ts';
import type { FoldWindowsAttributes } from '../primitives/fold-windows.ts';
import type { Ask, Cluster } from './cluster.ts';
import { accept } from './fold.ts';

/** For each element, over the places in a window: the window that shows the element there, if there is one. */
export function placeWindows(cluster: Cluster, value: AppliedValue, ask: Ask): void {
  const operand = value.inputs[0] as Value;
  const { dim, step, dilation } = value.attributes as FoldWindowsAttributes;
  const [count, size] = [operand.shape[dim] as number, operand.shape.at(-1) as number];
  const own = cluster.reaxis(value.shape);
  const { axes, places } = cluster.addAxes([size]);
  const [place] = places as [Expression];
  const start = weightedSum([own[dim] as Expression, place], [1, -dilation]);
  const window = binary('div', start, integer(step));
  const begins = step > 1 ? [binary('eq', binary('rem', start, integer(step)), integer(0))] : [];
  const guard = [binary('ge', start, integer(0)), ...begins, binary('lt', window, integer(count))].reduce(
    (all, condition) => binary('and', all, condition),
  );
  cluster.inner = axes;
  cluster.elements = [...cluster.elements, ...axes];
  accept(cluster, value, [...own.map((position, d) => (d === dim ? window : position)), place], ask, guard);
}
