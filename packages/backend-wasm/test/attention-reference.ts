import { type AttentionRoutine, type Expression, lowestScore, type Store } from '@evenkeel/backend';
import { points } from './reference.ts';

type At = (e: Expression, position: readonly number[]) => number;
type StoreAll = (stores: readonly Store[], position: readonly number[], reduced: number[]) => void;

/** Attention or its derivatives, by the formulas of the contract. */
export function attention(kernel: AttentionRoutine, at: At, store: StoreAll): void {
  const { rows, columns, depth, width, scale, causal, bias, seen, factor } = kernel;
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const sum = (count: number, of: (i: number) => number) => range(count).reduce((total, i) => total + of(i), 0);
  for (const batch of points(kernel.batch)) {
    const matrix = (down: number, along: number, of: (i: number, j: number) => number) =>
      range(down).map((i) => range(along).map((j) => of(i, j)));
    // Axes that an expression does not have are anywhere.
    const inRow = (e: Expression, along: number, axis: 2 | 3) =>
      matrix(rows, along, (i, e_) => at(e, [...batch, i, 0, ...(axis === 2 ? [e_, 0] : [0, e_])]));
    const inColumn = (e: Expression, along: number, axis: 2 | 3) =>
      matrix(columns, along, (j, e_) => at(e, [...batch, 0, j, ...(axis === 2 ? [e_, 0] : [0, e_])]));
    const q = inRow(kernel.query, depth, 2);
    const k = inColumn(kernel.key, depth, 2);
    const v = inColumn(kernel.value, width, 3);
    const ofScores = (e: Expression) => matrix(rows, columns, (i, j) => at(e, [...batch, i, j, 0, 0]));
    const [b, visible, f] = [bias, seen, factor].map((e) => e && ofScores(e));
    const dot = (x: number[][], i: number, y: number[][], j: number, length: number) =>
      sum(length, (e) => (x[i]?.[e] as number) * (y[j]?.[e] as number));
    const weights = range(rows).map((i) => {
      const scores = range(columns).map((j) => {
        if ((causal && j > i) || visible?.[i]?.[j] === 0) return -Infinity;
        return scale * dot(q, i, k, j, depth) + (b?.[i]?.[j] ?? 0);
      });
      const most = Math.max(lowestScore, ...scores);
      const parts = scores.map((s) => Math.exp(s - most));
      const total = parts.reduce((x, y) => x + y, 0);
      return parts.map((p) => (total === 0 ? 0 : p / total));
    });
    const w = (i: number, j: number) => weights[i]?.[j] as number;
    const by = (i: number, j: number) => f?.[i]?.[j] ?? 1;
    if (kernel.routine === 'attention') {
      for (const i of range(rows)) {
        for (const e of range(width)) {
          const value = sum(columns, (j) => w(i, j) * by(i, j) * (v[j]?.[e] as number));
          store(kernel.stores, [...batch, i, 0, 0, e], [value]);
        }
      }
      continue;
    }
    const out = inRow(kernel.output, width, 3);
    const g = inRow(kernel.cotangent, width, 3);
    const ofScore = matrix(
      rows,
      columns,
      (i, j) => w(i, j) * (by(i, j) * dot(g, i, v, j, width) - dot(out, i, g, i, width)),
    );
    const ds = (i: number, j: number) => ofScore[i]?.[j] as number;
    for (const i of range(rows)) {
      for (const e of range(depth)) {
        const value = scale * sum(columns, (j) => ds(i, j) * (k[j]?.[e] as number));
        store(kernel.queryStores, [...batch, i, 0, e, 0], [value]);
      }
    }
    for (const j of range(columns)) {
      for (const e of range(depth)) {
        store(kernel.keyStores, [...batch, 0, j, e, 0], [scale * sum(rows, (i) => ds(i, j) * (q[i]?.[e] as number))]);
      }
      for (const e of range(width)) {
        const value = sum(rows, (i) => w(i, j) * by(i, j) * (g[i]?.[e] as number));
        store(kernel.valueStores, [...batch, 0, j, 0, e], [value]);
      }
    }
  }
}
