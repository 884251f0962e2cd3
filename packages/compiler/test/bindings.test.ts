/** No kernel binds more memories than the device can, however a computation is put together. */
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { expect, test } from 'vitest';

const row = { shape: [64], dtype: 'float32' } as const;

/** Plans for a device that refuses kernels with more bindings; gives how many memories each kernel binds. */
function plannedFor(bindings: number, graph: Graph): number[] {
  const backend = nullBackend({ bindings });
  const { program } = planProgram(graph, backend.limits);
  backend.prepare(program);
  return program.steps.map((step) => ('kernel' in step ? step.kernel.bindings.length : 0));
}

function sumOf(graph: Graph, terms: readonly Value[]): Value {
  return terms.reduce((sum, term) => graph.apply(primitives.add, [sum, term], {}));
}

test('a sum of twelve tensors is one kernel where that binds enough, and several where it does not', () => {
  const graph = new Graph();
  const terms = Array.from({ length: 12 }, () => graph.input(row));
  graph.result(sumOf(graph, terms));
  expect(plannedFor(13, graph)).toEqual([13]);
  // Six terms; then the other six and what became of the first.
  expect(plannedFor(8, graph)).toEqual([7, 8]);
});

test('what is read through several views is one memory', () => {
  const graph = new Graph();
  const square = graph.input({ shape: [8, 8], dtype: 'float32' });
  const turned = graph.apply(primitives.permute, [square], { dims: [1, 0] });
  const flipped = graph.apply(primitives.slice, [square], { starts: [7, 0], steps: [-1, 1], shape: [8, 8] });
  const others = [graph.input(square), graph.input(square)];
  graph.result(sumOf(graph, [...others, square, turned, flipped]));
  expect(plannedFor(4, graph)).toEqual([4]);
});

test('a value that is wanted in more memories than a kernel can write is copied to the others', () => {
  const graph = new Graph();
  const [a, b] = [graph.input(row), graph.input(row)];
  const sum = graph.apply(primitives.add, [a, b], {});
  for (let i = 0; i < 6; i++) graph.result(sum);
  expect(plannedFor(8, graph)).toEqual([8]);
  expect(plannedFor(4, graph)).toEqual([4, 2, 2, 2, 2]);
});

test('a number of its own that a run brings takes no binding', () => {
  const graph = new Graph();
  const terms = Array.from({ length: 3 }, () =>
    graph.apply(primitives.mul, [graph.input(row), graph.argument(row.shape, row.dtype)], {}),
  );
  graph.result(sumOf(graph, terms));
  expect(plannedFor(4, graph)).toEqual([4]);
});

test('twelve tensors are joined by kernels that bind two each', () => {
  const graph = new Graph();
  const parts = Array.from({ length: 12 }, (_, i) => graph.input({ shape: [i + 1], dtype: 'float32' }));
  graph.result(graph.apply(primitives.concat, parts, { dim: 0 }));
  expect(plannedFor(4, graph).every((bindings) => bindings === 2)).toBe(true);
});
