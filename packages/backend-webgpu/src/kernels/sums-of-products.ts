import { type ContractionKernel, sizeOf } from '@evenkeel/backend';
import type { Renderer } from '../renderer/renderer.ts';
import type { Scope } from '../renderer/scope.ts';
import { longestChain } from './variant.ts';

/** How a contraction is cut into pieces. */
interface Cut {
  /** Results of a piece. */
  readonly rows: number;
  readonly columns: number;
}

interface Pieces extends Cut {
  /** Parts of the terms, each with pieces of its own. */
  readonly splits: number;
  /** Terms that are taken at a time. */
  readonly depth: number;
}

/** The axes and sizes of a contraction. */
export function rolesOf({ batch, m, n, k, a, b }: ContractionKernel) {
  const [first, second] = [batch.length, batch.length + m.length];
  return {
    rows: { value: a, extents: m, axis: first, size: sizeOf(m) },
    columns: { value: b, extents: n, axis: second, size: sizeOf(n) },
    terms: { extents: k, axis: second + n.length, size: sizeOf(k) },
  };
}

/** Pieces down, across, and in all. */
export function piecesOf(kernel: ContractionKernel, { rows, columns, splits = 1 }: Partial<Pieces> & Cut) {
  const [down, across] = [Math.ceil(sizeOf(kernel.m) / rows), Math.ceil(sizeOf(kernel.n) / columns)];
  return { down, across, count: sizeOf(kernel.batch) * splits * down * across };
}

interface SumsOptions {
  /** The variable that has the number of the piece. */
  readonly piece: string;
  readonly pieces: Pieces;
  /** What a sum begins with: one number, or four of neighboring columns. */
  readonly zero: '0.0f' | 'vec4<f32>()';
  /** The ends of the sums' names. */
  readonly sums: readonly string[];
  /** A result's row and column in words of `result`, its number in the piece. */
  readonly i: string;
  readonly j: string;
  /** Adds the terms from `term` on to the sums whose names begin so; the variables `blockRow` and `blockColumn` say which piece it is. */
  addTerms(body: Scope, into: string): void;
}

/** Writes what is the same however a contraction is cut: long sums are those of chains of terms; then they are stored. */
export function writeSums(renderer: Renderer, scope: Scope, kernel: ContractionKernel, options: SumsOptions): void {
  const { piece, pieces, zero, sums, addTerms } = options;
  const { splits, depth } = pieces;
  const { down, across } = piecesOf(kernel, pieces);
  const { size } = rolesOf(kernel).terms;
  const termsOfPart = Math.ceil(size / splits / depth) * depth;
  scope.add(
    `let blockRow = ${piece} / ${across}u % ${down}u;`,
    `let blockColumn = ${piece} % ${across}u;`,
    `let part = ${piece} / ${across * down}u % ${splits}u;`,
    `let batch = ${piece} / ${across * down * splits}u;`,
    `let firstTerm = part * ${termsOfPart}u;`,
    `let lastTerm = min(firstTerm + ${termsOfPart}u, ${size}u);`,
  );
  renderer.setPositions(scope, 'batch', kernel.batch, 0);
  const isLong = termsOfPart > 2 * longestChain;
  const body = scope.inner();
  addTerms(body, isLong ? 'sum' : 'total');
  const declare = (stem: string): string[] => sums.map((name) => `var ${stem}${name} = ${zero};`);
  const overTerms = (outer: Scope, from: string, to: string): void =>
    outer.block(`for (var term = ${from}; term < ${to}; term += ${depth}u) {`, body);
  scope.add(...declare('total'));
  if (isLong) {
    const chain = scope.inner();
    chain.add(...declare('sum'), `let end = min(begin + ${longestChain}u, lastTerm);`);
    overTerms(chain, 'begin', 'end');
    chain.add(...sums.map((name) => `total${name} += sum${name};`));
    scope.block(`for (var begin = firstTerm; begin < lastTerm; begin += ${longestChain}u) {`, chain);
  } else {
    overTerms(scope, 'firstTerm', 'lastTerm');
  }
  const lanes = zero === '0.0f' ? [''] : ['.x', '.y', '.z', '.w'];
  const results = sums.flatMap((name) => lanes.map((lane) => `total${name}${lane}`));
  storeResults(renderer, scope, kernel, options, results);
}

/**
 * Stores what an invocation made, or in several parts what each part adds to it. What stores compute is written once: in a loop,
 * for which the sums go where an index finds them.
 */
function storeResults(
  renderer: Renderer,
  scope: Scope,
  kernel: ContractionKernel,
  { i, j, pieces: { splits } }: SumsOptions,
  results: readonly string[],
): void {
  const { rows, columns } = rolesOf(kernel);
  const [m, n] = [rows.size, columns.size];
  scope.add(`var results: array<f32, ${results.length}>;`, ...results.map((text, r) => `results[${r}] = ${text};`));
  const result = scope.inner();
  result.add(`let i = ${i};`, `let j = ${j};`);
  result.block(`if ((i >= ${m}u) | (j >= ${n}u)) {`, ['continue;']);
  result.add('let product = results[result];');
  if (splits > 1) {
    const place = `((batch * ${splits}u + part) * ${m}u + i) * ${n}u + j`;
    result.add(renderer.writeWorkspace(place, 'bitcast<u32>(product)'));
  } else {
    renderer.setPositions(result, 'i', kernel.m, rows.axis);
    renderer.setPositions(result, 'j', kernel.n, columns.axis);
    renderer.setReduced(result, 0, 'product');
    renderer.store(result, kernel.stores);
  }
  scope.block(`for (var result = 0u; result < ${results.length}u; result++) {`, result);
}
