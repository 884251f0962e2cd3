import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';

/** Workgroups along each dimension. */
export type Grid = readonly [number, number, number];

/** What every device has at least. */
const mostAlongDimension = 65_535;

/** A number of workgroups folded into as many dimensions as it takes; those beyond the number have nothing to do. */
export function gridOf(groups: number): Grid {
  if (groups <= mostAlongDimension) return [groups, 1, 1];
  const rows = Math.ceil(groups / mostAlongDimension);
  if (rows <= mostAlongDimension) return [Math.ceil(groups / rows), rows, 1];
  const side = Math.ceil(Math.cbrt(groups));
  return [side, side, Math.ceil(groups / (side * side))];
}

/** Gives the axes that span a domain their positions, from the position in the domain row by row; the variables' names begin with `stem`. */
export function setPositions(
  renderer: Renderer,
  scope: Scope,
  flat: string,
  extents: readonly number[],
  firstAxis: number,
  stem = '',
): void {
  let rest = flat;
  const wide = extents.flatMap((extent, i) => (extent > 1 ? [i] : []));
  extents.forEach((extent, i) => {
    if (extent <= 1) renderer.setAxis(scope, firstAxis + i, '0i');
  });
  wide.reverse().forEach((i, turn) => {
    const axis = firstAxis + i;
    const isLast = turn === wide.length - 1;
    const name = `${stem}axis${axis}`;
    const extent = extents[i] as number;
    renderer.setAxis(scope, axis, name);
    if (isLast) {
      scope.add(`let ${name} = i32(${rest});`);
      return;
    }
    const quotient = renderer.name('rest');
    scope.add(`let ${quotient} = ${rest} / ${extent}u;`);
    scope.add(`let ${name} = i32(${rest} - ${quotient} * ${extent}u);`);
    rest = quotient;
  });
}
