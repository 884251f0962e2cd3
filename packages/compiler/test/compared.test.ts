import { printKernel } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { expect, test } from 'vitest';

const { limits } = nullBackend();
const primitive = (name: keyof typeof primitives) => primitives[name] as never;

/** The kernels of a sum with a product in it, its largest of each row, and how many a column are equal to what `against` gives. */
function kernels(against: (graph: Graph, largest: Value) => Value): string[] {
  const graph = new Graph();
  const shape = [40, 50];
  const apply = (name: keyof typeof primitives, inputs: readonly Value[], attributes = {}) =>
    graph.apply(primitive(name), inputs, attributes);
  const row = graph.input({ shape: [1, 50], dtype: 'float32' });
  const product = apply('mul', [row, graph.constant([1, 50], 'float32', 0.75)]);
  const value = apply('add', [apply('expand', [product], { shape }), graph.input({ shape, dtype: 'float32' })]);
  const largest = apply('amax', [value], { dims: [1] });
  const equal = apply('eq', [value, apply('expand', [against(graph, largest)], { shape })]);
  graph.result(largest);
  graph.result(apply('sum', [apply('cast', [equal], { dtype: 'float32' })], { dims: [0] }));
  return planProgram(graph, limits).program.steps.map((step) => ('kernel' in step ? printKernel(step.kernel) : ''));
}

const computing = (texts: readonly string[]) => texts.filter((text) => text.includes('0.75')).length;

test('what is compared with its own largest is computed by one kernel, and read by the others', () => {
  expect(computing(kernels((_, largest) => largest))).toBe(1);
});

test('also where more is made of the largest first', () => {
  const half = (graph: Graph, largest: Value) =>
    graph.apply(primitive('mul'), [largest, graph.constant([40, 1], 'float32', 0.5)], {});
  expect(computing(kernels(half))).toBe(1);
});

test('what is compared with something else is computed wherever it is read, as before', () => {
  const other = (graph: Graph) => graph.input({ shape: [40, 1], dtype: 'float32' });
  expect(computing(kernels(other))).toBe(2);
});

test.each(['amax', 'amin'] as const)(
  'the gradient of %s finds the value in the elements that it is given, which may be computed anew',
  (name) => {
    expect(primitives[name].saves).toEqual([0]);
  },
);
