/** How values, shapes and sizes are called in all printed stages. */
import { type DType, isAttention, itemBytes, type Kernel, sizeOf } from '@evenkeel/backend';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import type { Graph } from '../graph/graph.ts';
import type { RepeatValue, Value } from '../graph/value.ts';
import type { Spec } from '../primitive.ts';

/** What a graph's inputs, results and arguments are called, by number; those without a name are numbered. */
export interface Names {
  readonly inputs?: readonly (string | undefined)[];
  readonly results?: readonly (string | undefined)[];
  /** What the numbers of values begin with, in a repeated body. */
  readonly scope?: string;
}

/** A value as an operand. */
export function nameOf(value: Value, { inputs = [], scope = '' }: Names): string {
  switch (value.kind) {
    case 'input':
      return inputs[value.input] ?? `input ${value.input}`;
    case 'constant':
      return numberText(value.number, value.dtype);
    case 'argument':
      return `$${value.slot}`;
    default:
      return `%${scope}${value.id}`;
  }
}

/** A number with as few digits as tell it from its neighbors. */
function numberText(number: number, dtype: DType): string {
  if (Object.is(number, -0)) return '-0';
  if (dtype !== 'float32') return `${number}`;
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find((count) => Math.fround(Number(number.toPrecision(count))) === number);
  return `${digits === undefined ? number : Number(number.toPrecision(digits))}`;
}

/** A result of the graph, by number. */
export function resultName(graph: Graph, result: number, { inputs = [], results = [] }: Names): string {
  const into = graph.results[result]?.into;
  if (into) return inputs[into.input] ?? `input ${into.input}`;
  return results[result] ?? `result ${result}`;
}

/** What a value that lies in memory is called there. */
export function memoryName(memory: Memory, graph: Graph, names: Names): string {
  const whole = wholeOf(memory);
  switch (whole.kind) {
    case 'input':
      return nameOf(whole.input, names);
    case 'result':
      return resultName(graph, whole.result, names);
    case 'temporary':
      return nameOf(whole.value, names);
    case 'scratch':
      return `scratch of %${whole.of.id}`;
  }
}

export function typeOf({ dtype, shape }: Spec): string {
  return `${dtype}[${shape}]`;
}

/** @param boolBytes what a stored bool takes */
export function bytesOf({ dtype, shape }: Spec, boolBytes: 1 | 4 = 4): number {
  return sizeOf(shape) * itemBytes(dtype, boolBytes);
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** How far a kernel goes: what is computed once each, over what. */
export function domainOf(kernel: Kernel): string {
  const total = (extents: readonly number[]) => sizeOf(extents);
  if (kernel.form === 'loop') {
    const outer = kernel.outer.join('×') || '1';
    return kernel.inner.length > 0 ? `${outer} over ${kernel.inner.join('×')}` : outer;
  }
  if (kernel.form === 'contraction') {
    const batch = total(kernel.batch);
    return `${batch > 1 ? `${batch} of ` : ''}${total(kernel.m)}×${total(kernel.n)} over ${total(kernel.k)}`;
  }
  if (isAttention(kernel)) {
    const { batch, rows, columns, depth, width } = kernel;
    return `${total(batch)} of ${rows}×${columns} over ${depth}, ${width}`;
  }
  return `${kernel.outer * kernel.inner} of ${kernel.length}`;
}

export function formOf(kernel: Kernel): string {
  return kernel.form === 'routine' ? kernel.routine : kernel.form;
}

/** What a repeated body's inputs and results are called, seen from outside. */
export function bodyNames({ values }: Graph, value: RepeatValue, names: Names): Names {
  const { carried, sequences } = value.body;
  const inputs = value.inputs.map((input, i) => {
    if (i < carried) return `carried ${i}`;
    return `${i < carried + sequences ? 'turn of ' : ''}${nameOf(input, names)}`;
  });
  const results: string[] = [];
  for (const outcome of values) {
    if (outcome.kind === 'outcome' && outcome.of === value)
      results[outcome.result] = `turn of ${nameOf(outcome, names)}`;
  }
  return { inputs, results, scope: `${names.scope ?? ''}${value.id}.` };
}

/** Lines of cells as columns, each as wide as it must be; the last column is as long as it is. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count - 1 }, (_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)));
  return rows.map((row) => `${indent}${row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join('  ')}`.trimEnd());
}
