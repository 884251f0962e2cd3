import { isRepeat } from '@evenkeel/backend';
import { nullBackend } from '@evenkeel/backend-null';
import { Graph, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { expect, test } from 'vitest';
import { fuse } from '../src/fusion/fuse.ts';

const { limits } = nullBackend();

/** A chain of sines and the derivative of its end, which takes up something at each link: as a recurrence that is written as a loop. */
function chain(links: number): Graph {
  const graph = new Graph();
  const apply = (name: keyof typeof primitives, ...inputs: readonly Value[]) =>
    graph.apply(primitives[name] as never, inputs, {});
  const start = graph.input({ shape: [8], dtype: 'float32' });
  const values: Value[] = [start];
  for (let i = 0; i < links; i++) values.push(apply('add', apply('sin', values.at(-1) as Value), start));
  let slope: Value = graph.constant([8], 'float32', 1);
  let total: Value = slope;
  for (const value of values.slice(0, -1).reverse()) {
    slope = apply('mul', slope, apply('cos', value));
    total = apply('add', total, slope);
  }
  graph.result(values.at(-1) as Value);
  graph.result(total);
  return graph;
}

function accesses(links: number): number {
  return fuse(chain(links), limits).clusters.reduce((sum, cluster) => sum + cluster.accesses.length, 0);
}

test('each link of a chain is asked for once, however many ways lead there', () => {
  expect(accesses(40)).toBeLessThan(2.2 * accesses(20));
});

test('a chain without a derivative, which reads next to nothing, is no deeper than the stack either', () => {
  const graph = new Graph();
  const start = graph.input({ shape: [8], dtype: 'float32' });
  let end: Value = start;
  for (let i = 0; i < 5000; i++) end = graph.apply(primitives.add, [graph.apply(primitives.sin, [end], {}), start], {});
  graph.result(end);
  const { steps } = planProgram(graph, limits).program;
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.length).toBeLessThan(100);
});

test('a row is folded no more often than a kernel can tell its reductions apart', () => {
  const graph = new Graph();
  let rows: Value = graph.input({ shape: [4, 8], dtype: 'float32' });
  for (let i = 0; i < 40; i++) {
    const sum = graph.apply(primitives.sum, [rows], { dims: [1] });
    const everywhere = graph.apply(primitives.expand, [sum], { shape: [4, 8] });
    rows = graph.apply(primitives.sub, [rows, everywhere], {});
  }
  graph.result(rows);
  const { steps } = planProgram(graph, limits).program;
  const folds = steps.map((step) =>
    isRepeat(step) || step.kernel.form !== 'loop' ? 0 : step.kernel.reductions.length,
  );
  expect(Math.max(...folds)).toBeLessThan(32);
  expect(folds.reduce((all, own) => all + own)).toBe(40);
});

test('integers that are added to themselves again and again are looked through once each', () => {
  const graph = new Graph();
  const start = graph.input({ shape: [4, 3], dtype: 'int32' });
  let end: Value = start;
  for (let i = 0; i < 60; i++) end = graph.apply(primitives.add, [end, end], {});
  graph.result(end);
  expect(planProgram(graph, limits).program.steps).toHaveLength(1);
});

test('a chain of thousands of links is no deeper than the stack', () => {
  const { steps } = planProgram(chain(3000), limits).program;
  expect(steps.length).toBeGreaterThan(0);
  expect(steps.length).toBeLessThan(100);
});
