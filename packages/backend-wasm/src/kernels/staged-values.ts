import {
  axesOf,
  axis,
  contiguousStrides,
  type Expression,
  type LoopKernel,
  load,
  operands,
  type Store,
  sizeOf,
  weightedSum,
} from '@evenkeel/backend';
import { reductionsOf, replacing } from '../renderer/graph.ts';
import { mathFunctions } from './vector-axis.ts';

// With fewer results or inner values, a phase of its own costs more than computing again.
const [leastResults, leastValues] = [64, 64];

/**
 * What takes long and depends on inner axes alone (one over the deviation of each row, where columns are reduced) is the
 * same for every result: it is computed once for all of them, into bindings from `scratch` on, and read from there.
 * Undefined where there is no such value.
 */
export function stageValues(kernel: LoopKernel, scratch: number): readonly [LoopKernel, LoopKernel] | undefined {
  const { outer, inner, reductions, stores, elementStores } = kernel;
  if (reductions.length === 0 || sizeOf(outer) < leastResults) return undefined;
  const outerAxes = 2 ** outer.length - 1;
  const found: Expression[] = [];
  const visit = (e: Expression): void => {
    const axes = axesOf(e);
    const isStaged = axes !== 0 && (axes & outerAxes) === 0 && reductionsOf(e) === 0 && e.dtype === 'float32';
    if (!isStaged || !isSlow(e)) for (const part of operands(e)) visit(part);
    else if (!found.includes(e)) found.push(e);
  };
  for (const { value } of [...reductions, ...elementStores]) visit(value);
  const [first] = found;
  if (!first) return undefined;
  // One phase makes those that depend on the same axes.
  const axes = inner.map((_, i) => outer.length + i).filter((a) => (axesOf(first) >>> a) & 1);
  const extents = axes.map((a) => inner[a - outer.length] as number);
  if (sizeOf(extents) < leastValues) return undefined;
  const staged = found.filter((e) => axesOf(e) === axesOf(first));
  const steps = contiguousStrides(extents);
  const move = replacing((e) => (e.kind === 'axis' ? axis(axes.indexOf(e.axis)) : undefined));
  const values: Store[] = staged.map((e, i) => ({
    binding: scratch + i,
    index: weightedSum(
      axes.map((_, a) => axis(a)),
      steps,
    ),
    value: move(e),
  }));
  const reads = staged.map((e, i) => load(e.dtype, scratch + i, weightedSum(axes.map(axis), steps)));
  const read = replacing((e) => reads[staged.indexOf(e)]);
  const readBack = <Part extends { readonly value: Expression }>(part: Part): Part => ({
    ...part,
    value: read(part.value),
  });
  return [
    { ...kernel, outer: extents, inner: [], reductions: [], stores: values, elementStores: [] },
    { ...kernel, reductions: reductions.map(readBack), stores, elementStores: elementStores.map(readBack) },
  ];
}

/** Whether a processor takes many times longer for a value than for reading it. */
function isSlow(e: Expression): boolean {
  if (e.dtype === 'float32' && (e.kind === 'unary' || e.kind === 'binary')) {
    if (e.fn === 'sqrt' || mathFunctions.has(e.fn)) return true;
    if (e.fn === 'div' && e.b.kind !== 'constant') return true;
  }
  return e.kind !== 'load' && operands(e).some(isSlow);
}
