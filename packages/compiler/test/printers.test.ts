/** What every stage looks like in print. Read the snapshots: they are what a person gets to see. */
import { nullBackend } from '@evenkeel/backend-null';
import { type AttributesOf, Graph, type OperationName, primitives, repeating, type Value } from '@evenkeel/compiler';
import {
  type Names,
  planStages,
  printClusters,
  printGraph,
  printKernels,
  printMemory,
  printSteps,
} from '@evenkeel/compiler/printers';
import { expect, test } from 'vitest';

const { limits } = nullBackend();

/** Everything that is printed of a graph, one stage after the other. */
function printed(graph: Graph, names: Names): string {
  const stages = planStages(graph, limits, { movable: graph.inputs });
  return `${[
    printSteps(stages, names),
    printGraph(graph, names),
    printClusters(stages, names),
    printMemory(stages),
    printKernels(stages, names),
  ].join('\n\n')}\n`;
}

/** Applies operations of a graph by their names. */
function operationsOn(graph: Graph) {
  return <Name extends OperationName>(name: Name, inputs: readonly Value[], attributes: AttributesOf<Name>) =>
    graph.apply(primitives[name] as never, inputs, attributes as object);
}

/** LayerNorm of rows, a product, a loss, and one step of descent along something like a gradient. */
function step(): { graph: Graph; names: Names } {
  const graph = new Graph();
  const apply = operationsOn(graph);
  const [shape, rows] = [
    [4, 8],
    [4, 1],
  ];
  const x = graph.input({ shape, dtype: 'float32' });
  const weight = graph.input({ shape: [8, 6], dtype: 'float32' });
  const wide = (value: Value) => apply('expand', [value], { shape });
  const meanOf = (value: Value) =>
    apply('div', [apply('sum', [value], { dims: [1] }), graph.constant(rows, 'float32', 8)], {});
  const centered = apply('sub', [x, wide(meanOf(x))], {});
  const variance = meanOf(apply('mul', [centered, centered], {}));
  const epsilon = graph.constant(rows, 'float32', Math.fround(1e-5));
  const deviation = apply('sqrt', [apply('add', [variance, epsilon], {})], {});
  const normal = apply('div', [centered, wide(deviation)], {});
  const product = apply('matmul', [normal, weight], {});
  apply('exp', [product], {});
  const loss = apply('sum', [apply('mul', [product, product], {})], { dims: [0, 1] });
  graph.result(apply('reshape', [loss], { shape: [] }));
  const gradient = apply('matmul', [apply('permute', [normal], { dims: [1, 0] }), product], {});
  const rate = apply('expand', [graph.argument([1, 1], 'float32')], { shape: [8, 6] });
  graph.result(apply('sub', [weight, apply('mul', [gradient, rate], {})], {}), graph.inputs[1]);
  return { graph, names: { inputs: ['x', 'weight'], results: ['loss'] } };
}

test('a step of training', async () => {
  const { graph, names } = step();
  await expect(printed(graph, names)).toMatchFileSnapshot('snapshots/step.txt');
});

test('a random draw', async () => {
  const graph = new Graph();
  const apply = operationsOn(graph);
  const x = graph.input({ shape: [10], dtype: 'float32' });
  const uniform = { shape: [10], dtype: 'float32' } as const;
  const slot = graph.reserve('int32', 'int32', 'int32', 'int32');
  const drawn = graph.apply(primitives.uniform as never, [], uniform, slot);
  const kept = apply('lt', [drawn, graph.constant([10], 'float32', 0.5)], {});
  graph.result(apply('where', [kept, x, graph.constant([10], 'float32', -0)], {}));
  await expect(printed(graph, { inputs: ['x'] })).toMatchFileSnapshot('snapshots/random-draw.txt');
});

test('a repeated body', async () => {
  const body = new Graph();
  const inside = operationsOn(body);
  const [state, turn, weight] = [
    [2, 3],
    [2, 3],
    [3, 3],
  ].map((shape) => body.input({ shape, dtype: 'float32' }));
  const mixed = inside('matmul', [state as Value, weight as Value], {});
  const next = inside('tanh', [inside('add', [mixed, turn as Value], {})], {});
  body.result(next);
  body.result(next, body.inputs[0]);
  const graph = new Graph();
  const start = graph.constant([2, 3], 'float32', 0);
  const xs = graph.input({ shape: [5, 2, 3], dtype: 'float32' });
  const recurrent = graph.input({ shape: [3, 3], dtype: 'float32' });
  const [all, last] = graph.repeat(
    { graph: body, carried: 1, sequences: 1, repeating },
    [start, xs, recurrent],
    5,
    false,
  );
  graph.result(operationsOn(graph)('sum', [all as Value], { dims: [0, 1, 2] }));
  graph.result(last as Value);
  const names = { inputs: ['xs', 'recurrent'], results: [undefined, 'state'] };
  await expect(printed(graph, names)).toMatchFileSnapshot('snapshots/repeat.txt');
});

test('equal work on several memories is a line of its own, named by the first', () => {
  const graph = new Graph();
  const apply = operationsOn(graph);
  for (const shape of [[16], [4, 4], [32]]) {
    const weight = graph.input({ shape, dtype: 'float32' });
    graph.result(apply('mul', [weight, graph.argument(shape, 'float32', 0)], {}), weight);
  }
  graph.reserve('float32');
  const stages = planStages(graph, limits, { movable: graph.inputs });
  expect(printSteps(stages, { inputs: ['a', 'b', 'c'] })).toBe('1 kernel\n  0  loop 64  512 B  mul  a (+2) → a (+2)');
});
