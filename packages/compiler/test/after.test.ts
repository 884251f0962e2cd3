import { nullBackend } from '@evenkeel/backend-null';
import { type AppliedValue, Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { printGraph } from '@evenkeel/compiler/printers';
import { expect, test } from 'vitest';

const { limits } = nullBackend();
const [size, length] = [64, 6];
const primitive = (name: keyof typeof primitives) => primitives[name] as never;

/** A chain of products, a number made of its end, and what that number makes of each product, early ones first. */
function chain(computesAnew: boolean): Graph {
  const graph = new Graph();
  const input = graph.input({ shape: [size, size], dtype: 'float32' });
  const next = (value: Value, after?: AppliedValue) =>
    graph.apply(primitive('matmul'), [value, input], {}, undefined, after);
  const summed = (value: Value) => graph.apply(primitive('sum'), [value], { dims: [0, 1] }) as AppliedValue;
  let value: Value = input;
  for (let i = 0; i < length; i++) value = next(value);
  const number = summed(value);
  const everywhere = graph.apply(primitive('expand'), [number], { shape: [size, size] });
  value = input;
  for (let i = 0; i < length; i++) {
    value = next(value, computesAnew ? number : undefined);
    graph.result(summed(graph.apply(primitive('mul'), [value, everywhere], {})));
  }
  return graph;
}

test('the same operation is another value where it comes after something else', () => {
  const graph = new Graph();
  const input = graph.input({ shape: [3], dtype: 'float32' });
  const make = (after?: AppliedValue) => graph.apply(primitive('exp'), [input], {}, undefined, after) as AppliedValue;
  const first = make();
  expect(make()).toBe(first);
  expect(make(first)).not.toBe(first);
  expect(make(first)).toBe(make(first));
});

test.each([true, false])('what comes after something is not there before (fusion: %s)', (together) => {
  const product = size * size * 4;
  const [kept, anew] = [chain(false), chain(true)].map((graph) => planProgram(graph, limits, { together }));
  expect(kept?.arenaBytes).toBeGreaterThanOrEqual(length * product);
  // A product, the one before it, and without fusion what is made of it.
  expect(anew?.arenaBytes).toBeLessThan(3.5 * product);
});

test('a value is not computed by the kernel of one that comes after what is made of it', () => {
  const graph = new Graph();
  const input = graph.input({ shape: [32, 48], dtype: 'float32' });
  const sum = (value: Value, dims: number[], after?: AppliedValue) =>
    graph.apply(primitive('sum'), [value], { dims }, undefined, after) as AppliedValue;
  const first = sum(input, [1]);
  const whole = sum(first, [0]);
  // The same rows are gone through again: a fold that could join them if it did not have to be there before.
  const second = sum(graph.apply(primitive('mul'), [input, input], {}, undefined, whole), [1], whole);
  graph.result(graph.apply(primitive('add'), [first, second], {}));
  graph.result(whole);
  const { program } = planProgram(graph, limits);
  expect(program.steps.length).toBe(3);
});

test('what an operation comes after is printed', () => {
  const graph = new Graph();
  const input = graph.input({ shape: [3], dtype: 'float32' });
  const first = graph.apply(primitive('exp'), [input], {}) as AppliedValue;
  graph.result(graph.apply(primitive('exp'), [input], {}, undefined, first));
  expect(printGraph(graph)).toContain('exp input 0, after %1');
});
