import { Parameter, randn } from '@evenkeel/tensor';

/** Random numbers of middle size. */
export const matrix = (rows: number, columns: number) => randn([rows, columns]).mul(0.5);

/** Parameters of such. */
export const weights = (...shapes: readonly [number, number][]) =>
  shapes.map((shape) => new Parameter(matrix(...shape)));
