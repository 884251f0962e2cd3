import { isRepeat, type Kernel } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { expect, test } from 'vitest';

const { add, exp, matmul, mul, sum, tanh } = primitives;

function kernelsOf(graph: Graph): readonly Kernel[] {
  const { program } = planProgram(graph, nullBackend().limits);
  return program.steps.flatMap((step) => (isRepeat(step) ? [] : [step.kernel]));
}

const formsOf = (kernels: readonly Kernel[]) => kernels.map(({ form }) => form);
const writtenBy = ({ bindings }: Kernel) => bindings.filter(({ access }) => access === 'write').length;

function matrix(graph: Graph, rows: number, columns: number): Value {
  return graph.input({ shape: [rows, columns], dtype: 'float32' });
}

test('what alone follows a product, and is folded besides being multiplied on, is written by the product', () => {
  const graph = new Graph();
  const product = graph.apply(matmul, [matrix(graph, 64, 16), matrix(graph, 16, 32)], {});
  const cotangent = graph.apply(mul, [product, matrix(graph, 64, 32)], {});
  graph.result(graph.apply(sum, [cotangent], { dims: [0] }));
  graph.result(graph.apply(matmul, [cotangent, matrix(graph, 32, 8)], {}));
  const kernels = kernelsOf(graph);
  expect(formsOf(kernels).sort()).toEqual(['contraction', 'contraction', 'loop']);
  // The fold reads one matrix and writes a row.
  expect(kernels.find(({ form }) => form === 'loop')?.bindings.length).toBe(2);
});

/** A function behind a product, and its slope, which is read after another product: what a step keeps in between. */
function step(isAhead: boolean): Graph {
  const graph = new Graph();
  const inner = graph.apply(matmul, [matrix(graph, 64, 16), matrix(graph, 16, 32)], {});
  const bent = graph.apply(tanh, [inner], {});
  const value = graph.apply(mul, [bent, inner], {});
  const slope = graph.apply(add, [bent, graph.apply(mul, [inner, graph.apply(exp, [inner], {})], {})], {});
  if (isAhead) graph.ahead.add(slope);
  const outer = graph.apply(matmul, [value, matrix(graph, 32, 32)], {});
  graph.result(graph.apply(mul, [outer, slope], {}));
  return graph;
}

test('what is marked so is computed where what it is made of is, which then is not kept', () => {
  const [first] = kernelsOf(step(false));
  // The value, and the two that the slope is made of.
  expect(writtenBy(first as Kernel)).toBe(3);
  const [together, last, ...rest] = kernelsOf(step(true));
  expect(writtenBy(together as Kernel)).toBe(2);
  expect(last?.bindings.length).toBe(4);
  expect(rest).toEqual([]);
});
