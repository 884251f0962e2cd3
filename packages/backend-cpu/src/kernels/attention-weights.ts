import { type AttentionRoutine, attentionParts, type Expression, lowestScore, type Store } from '@evenkeel/backend';
import type { Faults } from '../renderer/faults.ts';
import type { Elements } from '../renderer/instruction.ts';
import { malformed } from '../renderer/malformed.ts';
import { execute, Renderer } from '../renderer/renderer.ts';
import { accumulatorOf } from './accumulator.ts';
import { Domain } from './domain.ts';
import { type Dot, dotOf } from './dot.ts';
import { matrixOf } from './matrix.ts';

/** What attention reads at the batch position where it stands, row by row, and the weights that it makes of it. */
export interface AttentionMatrices {
  /** `[rows, depth]`. */
  readonly query: Float64Array;
  /** `[columns, depth]`. */
  readonly key: Float64Array;
  /** `[columns, width]`. */
  readonly value: Float64Array;
  /** `[rows, columns]`, before the factor. */
  readonly weights: Float64Array;
  /** `[rows, columns]`. */
  readonly factor: Float64Array | undefined;
}

/** The axes of attention, forward or backward, and what is computed along them. */
export class Attention {
  readonly batch: Domain;
  readonly row: Domain;
  readonly column: Domain;
  readonly depth: Domain;
  readonly width: Domain;
  readonly renderer: Renderer;
  /** Sums of products in the kernel's arithmetic, and what rounds to it. */
  readonly dot: Dot;
  readonly round: (x: number) => number;
  readonly scale: number;
  readonly #kernel: AttentionRoutine;
  readonly #read: (bindings: readonly Elements[]) => Omit<AttentionMatrices, 'weights'> & {
    readonly bias: Float64Array | undefined;
    readonly seen: Float64Array | undefined;
  };

  constructor(kernel: AttentionRoutine, faults: Faults) {
    const { dtype } = kernel.query;
    const mixed = attentionParts(kernel).values.find((part) => part.dtype !== dtype && part !== kernel.seen);
    if ((dtype !== 'float32' && dtype !== 'float64') || mixed || (kernel.seen && kernel.seen.dtype !== 'bool')) {
      throw malformed(kernel, `attention of ${dtype} with ${mixed?.dtype ?? kernel.seen?.dtype}`);
    }
    this.#kernel = kernel;
    this.dot = dotOf(dtype);
    this.round = dtype === 'float32' ? Math.fround : (x) => x;
    this.scale = this.round(kernel.scale);
    const first = kernel.batch.length;
    this.batch = new Domain(0, kernel.batch);
    this.row = new Domain(first, [kernel.rows]);
    this.column = new Domain(first + 1, [kernel.columns]);
    this.depth = new Domain(first + 2, [kernel.depth]);
    this.width = new Domain(first + 3, [kernel.width]);
    this.renderer = new Renderer(kernel, faults, first + 4, [dtype]);
    const [query, key, value] = [
      this.matrix(kernel.query, this.row, this.depth),
      this.matrix(kernel.key, this.column, this.depth),
      this.matrix(kernel.value, this.column, this.width),
    ];
    const ofScores = (e: Expression | undefined) => e && this.matrix(e, this.row, this.column);
    const [bias, seen, factor] = [ofScores(kernel.bias), ofScores(kernel.seen), ofScores(kernel.factor)];
    this.#read = (bindings) => ({
      query: query(bindings),
      key: key(bindings),
      value: value(bindings),
      bias: bias?.(bindings),
      seen: seen?.(bindings),
      factor: factor?.(bindings),
    });
  }

  /** What evaluates an expression along two domains, wherever the batch stands. */
  matrix(e: Expression, rows: Domain, columns: Domain): (bindings: readonly Elements[]) => Float64Array {
    const stage = this.renderer.stage([e], columns.axes, this.batch.axes | rows.axes | columns.axes, 0);
    return (bindings) => matrixOf(stage, [rows, columns], this.renderer.values, bindings);
  }

  /** What stores a matrix along two domains. */
  storing(
    stores: readonly Store[],
    rows: Domain,
    columns: Domain,
  ): (of: Matrix, bindings: readonly Elements[]) => void {
    const stage = this.renderer.storeStage(stores, 0, this.batch.axes | rows.axes | columns.axes, 1);
    const slot = this.renderer.slotOfReduction(0);
    return (of, bindings) => {
      const { values } = this.renderer;
      rows.start(values);
      for (let i = 0; i < rows.size; i++) {
        columns.start(values);
        for (let j = 0; j < columns.size; j++) {
          values[slot] = of(i, j);
          execute(stage.outer, values, bindings);
          stage.store(bindings);
          columns.advance(values);
        }
        rows.advance(values);
      }
    };
  }

  /** Does something at every position of the batch. */
  eachBatch(given: readonly number[], work: () => void): void {
    this.renderer.begin(given);
    const { values } = this.renderer;
    this.batch.start(values);
    for (let i = 0; i < this.batch.size; i++) {
      work();
      this.batch.advance(values);
    }
  }

  /** What is read, and the weights, where the batch stands. */
  matrices(bindings: readonly Elements[]): AttentionMatrices {
    const { round, dot, scale } = this;
    const { rows, columns, depth, causal } = this.#kernel;
    const { bias, seen, ...matrices } = this.#read(bindings);
    const { query, key } = matrices;
    const sum = accumulatorOf('sum', this.#kernel.query.dtype)!;
    const weights = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const line = weights.subarray(i * columns, (i + 1) * columns);
      const sees = (j: number) => (!causal || j <= i) && seen?.[i * columns + j] !== 0;
      let largest = lowestScore;
      for (let j = 0; j < columns; j++) {
        if (!sees(j)) continue;
        const score = round(dot(query, i * depth, key, j * depth, depth) * scale);
        line[j] = bias ? round(score + bias[i * columns + j]!) : score;
        largest = Math.max(largest, line[j]!);
      }
      sum.start();
      for (let j = 0; j < columns; j++) {
        if (!sees(j)) continue;
        line[j] = round(Math.exp(round(line[j]! - largest)));
        sum.add(line[j]!);
      }
      const total = sum.total();
      if (total !== 0) for (let j = 0; j < columns; j++) line[j] = round(line[j]! / total);
    }
    return { ...matrices, weights };
  }

  /** Weights times the factor. */
  weighed({ weights, factor }: AttentionMatrices): Float64Array {
    return factor ? weights.map((weight, i) => this.round(weight * factor[i]!)) : weights;
  }
}

/** An element of a matrix. */
export type Matrix = (row: number, column: number) => number;
