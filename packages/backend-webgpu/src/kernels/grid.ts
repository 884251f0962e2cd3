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
