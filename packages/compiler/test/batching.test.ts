import { printKernel } from '@evenkeel/backend';
import { Graph, type InputValue, type Plan, planProgram, primitives, type Value } from '@evenkeel/compiler';
import { describe, expect, test } from 'vitest';
import { limits } from './operands.ts';

const none = {};

/** Inputs of some shapes, and a plan in which all of them may be moved. */
function graphOf(shapes: readonly (readonly number[])[]) {
  const graph = new Graph();
  const inputs = shapes.map((shape) => graph.input({ shape, dtype: 'float32' }));
  const apply = (name: 'mul' | 'add' | 'tanh', ...of: Value[]) => graph.apply(primitives[name] as never, of, none);
  const half = (x: Value) => apply('mul', x, graph.constant(x.shape, 'float32', 0.5));
  const plan = (movable: readonly InputValue[] = inputs, rows: readonly (readonly InputValue[])[] = []) =>
    planProgram(graph, limits, { movable, rows });
  return { graph, inputs, apply, half, plan };
}

const kernelsOf = ({ program: { steps } }: Plan) =>
  steps.map((step) => ('kernel' in step ? printKernel(step.kernel) : 'repeat'));

const formsOf = (plan: Plan) => kernelsOf(plan).map((text) => (text.includes(' over [') ? 'fold' : 'map'));

describe('equal work on many memories', () => {
  test('is one kernel over memory that lies side by side, whatever the shapes', () => {
    const { graph, inputs, half, plan } = graphOf([[4, 8], [16], [], [2, 1, 3]]);
    for (const input of inputs) graph.result(half(input), input);
    const made = plan();
    expect(kernelsOf(made)).toEqual(['loop [55] in0:float32 out1:float32\n  out1[a0] = (in0[a0] * 0.5:float32)']);
    // What keeps vectors aligned comes first.
    expect(made.rows).toEqual([[0, 1, 2, 3]]);
    expect(made.places).toMatchObject([
      { kind: 'input', input: 0, range: { offset: 0, length: 220 } },
      { kind: 'input', input: 0, range: { offset: 0, length: 220 } },
    ]);
  });

  test('stays apart where memory may not be moved', () => {
    const { graph, inputs, half, plan } = graphOf([[4], [8], [16]]);
    for (const input of inputs) graph.result(half(input), input);
    expect(kernelsOf(plan([]))).toHaveLength(3);
    expect(kernelsOf(plan([inputs[1] as InputValue, inputs[2] as InputValue]))).toHaveLength(2);
  });

  test('shares what is one number for all, and only then', () => {
    const shared = graphOf([[4], [8], [1]]);
    const [a, b, factor] = shared.inputs as [InputValue, InputValue, InputValue];
    for (const input of [a, b]) {
      const spread = shared.graph.apply(primitives.expand as never, [factor], { shape: input.shape });
      shared.graph.result(shared.apply('mul', input, spread), input);
    }
    expect(kernelsOf(shared.plan())).toHaveLength(1);
    const apart = graphOf([[4], [8], [1], [1]]);
    apart.inputs.slice(0, 2).forEach((input, i) => {
      const spread = apart.graph.apply(primitives.expand as never, [apart.inputs[2 + i] as Value], {
        shape: input.shape,
      });
      apart.graph.result(apart.apply('mul', input, spread), input);
    });
    expect(kernelsOf(apart.plan())).toHaveLength(2);
  });

  test('is told apart by what goes along with the elements, also where the first has one element', () => {
    const { graph, inputs, apply, plan } = graphOf([[1], [4], [6], [1], [6]]);
    const [one, four, six, number, factors] = inputs as [InputValue, InputValue, InputValue, InputValue, InputValue];
    const spread = graph.apply(primitives.expand as never, [number], { shape: four.shape });
    graph.result(apply('mul', one, number), one);
    graph.result(apply('mul', four, spread), four);
    graph.result(apply('mul', six, factors), six);
    const texts = kernelsOf(plan());
    expect(texts).toHaveLength(2);
    expect(texts.join('\n')).toContain(
      'loop [6] in0:float32 in1:float32 out2:float32\n  out2[a0] = (in0[a0] * in1[a0])',
    );
    expect(texts.join('\n')).toContain(
      'loop [5] in0:float32 in1:float32 out2:float32\n  out2[a0] = (in0[a0] * in1[0])',
    );
  });

  test('is not one kernel where one waits for the other', () => {
    const { graph, inputs, half, plan } = graphOf([[4], [4], [4]]);
    const [a, b, c] = inputs as [InputValue, InputValue, InputValue];
    const running = (x: Value) => graph.apply(primitives.scan as never, [x], { dim: 0, fn: 'sum', reverse: false });
    const first = half(running(a));
    graph.result(first, b);
    graph.result(half(running(first)), c);
    expect(formsOf(plan())).toEqual(['fold', 'map', 'fold', 'map']);
  });

  test('is one kernel where members do not wait for each other, and runs where the last of them did', () => {
    const { graph, inputs, half, plan } = graphOf([[4], [4], [4], [4]]);
    const [a, b, c, d] = inputs as [InputValue, InputValue, InputValue, InputValue];
    const running = (x: Value) => graph.apply(primitives.scan as never, [x], { dim: 0, fn: 'sum', reverse: false });
    graph.result(half(running(a)), c);
    graph.result(half(running(b)), d);
    const made = plan();
    expect(formsOf(made)).toEqual(['fold', 'fold', 'map']);
    // The values between the kernels lie side by side too, without a gap.
    expect(made.places.filter(({ kind }) => kind === 'arena').map((place) => ({ ...place }))).toEqual([
      { kind: 'arena', offset: 0, length: 16 },
      { kind: 'arena', offset: 16, length: 16 },
      { kind: 'arena', offset: 0, length: 32 },
    ]);
  });

  test('follows the order in which parts are joined already', () => {
    const { graph, inputs, apply, plan } = graphOf([[5], [16], [5], [16]]);
    const [a, b, c, d] = inputs as [InputValue, InputValue, InputValue, InputValue];
    const parts = [a, b].map((x) => apply('tanh', x));
    const joined = graph.apply(primitives.concat as never, parts, { dim: 0 });
    const total = graph.apply(primitives.sum as never, [joined], { dims: [0] });
    [c, d].forEach((state, i) => {
      const part = parts[i] as Value;
      const spread = graph.apply(primitives.expand as never, [total], { shape: state.shape });
      graph.result(apply('mul', apply('mul', state, part), spread), state);
    });
    const made = plan();
    expect(kernelsOf(made).map((text) => text.split('\n')[0])).toEqual([
      'loop [21] in0:float32 out1:float32',
      expect.stringContaining('over [21]'),
      expect.stringContaining('loop [21] '),
    ]);
    expect(made.rows).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test('leaves inputs where they lie side by side already', () => {
    const { graph, inputs, half, plan } = graphOf([[16], [16], [16]]);
    const [a, b, c] = inputs as [InputValue, InputValue, InputValue];
    for (const input of inputs) graph.result(half(input), input);
    const made = plan(inputs, [[c, a, b]]);
    expect(made.rows).toEqual([[2, 0, 1]]);
    expect(kernelsOf(made)).toHaveLength(1);
  });
});

test('a kernel reads and writes from where its part begins, so that parts of one size share a kernel', () => {
  const { graph, inputs, apply, plan } = graphOf([
    [4, 4],
    [4, 4],
    [4, 4],
  ]);
  const [a, b, c] = inputs as [InputValue, InputValue, InputValue];
  const products = [a, b].map((x) => graph.apply(primitives.matmul as never, [x, c], none));
  const joined = graph.apply(primitives.concat as never, products, { dim: 0 });
  graph.result(graph.apply(primitives.sum as never, [apply('tanh', joined)], { dims: [0, 1] }));
  const [first, second] = kernelsOf(plan());
  expect(second).toBe(first);
});
