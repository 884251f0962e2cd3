import type { Elements } from '../renderer/instruction.ts';
import { execute, type Stage } from '../renderer/renderer.ts';
import type { Domain } from './domain.ts';

/** A stage's value at each place of two domains, row by row; the second's axes are the stage's inner ones. */
export function matrixOf(
  stage: Stage,
  [rows, columns]: readonly [Domain, Domain],
  values: Float64Array,
  bindings: readonly Elements[],
): Float64Array {
  const matrix = new Float64Array(rows.size * columns.size);
  if (matrix.length === 0) return matrix;
  rows.start(values);
  for (let row = 0; row < rows.size; row++) {
    columns.start(values);
    execute(stage.outer, values, bindings);
    for (let column = 0; column < columns.size; column++) {
      execute(stage.inner, values, bindings);
      matrix[row * columns.size + column] = values[stage.slots[0]!]!;
      columns.advance(values);
    }
    rows.advance(values);
  }
  return matrix;
}

/** A matrix of so many rows, turned. */
export function transposed(matrix: Float64Array, rows: number): Float64Array {
  const columns = rows === 0 ? 0 : matrix.length / rows;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}
