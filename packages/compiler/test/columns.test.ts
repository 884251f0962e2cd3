/** Sums over columns are added up by the kernel that goes over the rows of the same matrix, on backends that can. */
import { type Kernel, type Limits, printKernel } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { expect, test } from 'vitest';

const { sum, sub, mul, expand, amax } = primitives;
const limits: Limits = { ...nullBackend().limits, columnSums: true };

interface Made {
  readonly graph: Graph;
  readonly x: Value;
  /** x without its rows' sums. */
  readonly apart: Value;
}

/** A matrix without its rows' sums is the first result; `more` adds others. */
function kernelsOf(rows: number, more: (made: Made) => void, own = limits): Kernel[] {
  const graph = new Graph();
  const x = graph.input({ shape: [rows, 8], dtype: 'float32' });
  const total = graph.apply(sum, [x], { dims: [1] });
  const apart = graph.apply(sub, [x, graph.apply(expand, [total], { shape: [rows, 8] })], {});
  graph.result(apart);
  more({ graph, x, apart });
  return planProgram(graph, own).program.steps.flatMap((step) => ('kernel' in step ? [step.kernel] : []));
}

const sumsOf = (kernels: readonly Kernel[]) =>
  kernels.map((kernel) => (kernel.form === 'loop' ? (kernel.sums?.length ?? 0) : 0));

const twoSums = ({ graph, x, apart }: Made) => {
  graph.result(graph.apply(sum, [graph.apply(mul, [x, apart], {})], { dims: [0] }));
  graph.result(graph.apply(sum, [x], { dims: [0] }));
};

test('what is made of the matrix and of its rows is summed on the way over these', () => {
  const kernels = kernelsOf(128, twoSums);
  expect(sumsOf(kernels)).toEqual([2]);
  expect(printKernel(kernels[0] as Kernel)).toMatch(/sum out\d\[a1\] = \(t\d \* t\d\)/);
});

test('a backend that does not say that it adds up columns gets a kernel for them', () => {
  expect(sumsOf(kernelsOf(128, twoSums, nullBackend().limits))).toEqual([0, 0]);
});

test('nor does one whose operations are not computed together', () => {
  const graph = new Graph();
  const x = graph.input({ shape: [128, 8], dtype: 'float32' });
  for (const dim of [0, 1]) graph.result(graph.apply(sum, [x], { dims: [dim] }));
  const stepsOf = (together: boolean) => planProgram(graph, limits, { together }).program.steps.length;
  expect([stepsOf(true), stepsOf(false)]).toEqual([1, 2]);
});

test('few rows are not worth it', () => {
  expect(sumsOf(kernelsOf(32, twoSums))).toEqual([0, 0]);
});

test('elements that are kept beside the sums come along, and what only they needed is not kept', () => {
  const kernels = kernelsOf(128, ({ graph, x, apart }) => {
    const largest = graph.apply(expand, [graph.apply(amax, [apart], { dims: [1] })], { shape: [128, 8] });
    const product = graph.apply(mul, [apart, largest], {});
    graph.result(product);
    graph.result(graph.apply(sum, [graph.apply(mul, [product, x], {})], { dims: [0] }));
  });
  expect(sumsOf(kernels)).toEqual([1]);
  expect(kernels[0]?.bindings.map(({ access }) => access).sort()).toEqual(['read', 'write', 'write', 'write']);
});

test('sums that wait for what waits for the rows are a kernel of their own', () => {
  const kernels = kernelsOf(128, ({ graph, x, apart }) => {
    const largest = graph.apply(amax, [apart], { dims: [0, 1] });
    const scaled = graph.apply(mul, [x, graph.apply(expand, [largest], { shape: [128, 8] })], {});
    graph.result(graph.apply(sum, [scaled], { dims: [0] }));
  });
  expect(sumsOf(kernels)).toEqual([0, 0, 0]);
});

test('sums of another matrix are a kernel of their own', () => {
  const kernels = kernelsOf(128, ({ graph, x }) => {
    const other = graph.input({ shape: [128, 8], dtype: 'float32' });
    graph.result(graph.apply(sum, [graph.apply(mul, [x, other], {})], { dims: [0] }));
  });
  expect(sumsOf(kernels)).toEqual([0, 0]);
});

test('a sum of all elements is none over columns', () => {
  const kernels = kernelsOf(128, ({ graph, apart }) => {
    graph.result(graph.apply(sum, [apart], { dims: [0, 1] }));
  });
  expect(sumsOf(kernels)).toEqual([0, 0]);
});

test('the largest of each column is no sum', () => {
  const kernels = kernelsOf(128, ({ graph, x }) => {
    graph.result(graph.apply(amax, [x], { dims: [0] }));
  });
  expect(sumsOf(kernels)).toEqual([0, 0]);
});

test('a kernel that goes over columns takes no sums of rows along', () => {
  const graph = new Graph();
  const x = graph.input({ shape: [128, 96], dtype: 'float32' });
  const total = graph.apply(sum, [x], { dims: [0] });
  const apart = graph.apply(sub, [x, graph.apply(expand, [total], { shape: [128, 96] })], {});
  graph.result(apart);
  graph.result(graph.apply(sum, [graph.apply(mul, [x, apart], {})], { dims: [1] }));
  const { steps } = planProgram(graph, limits).program;
  expect(sumsOf(steps.flatMap((step) => ('kernel' in step ? [step.kernel] : [])))).toEqual([0, 0]);
});
