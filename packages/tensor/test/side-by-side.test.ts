import '@evenkeel/tensor/methods';
import type { Plan } from '@evenkeel/compiler';
import { type Compiled, compile, memory, noGrad, Parameter, rand, type Tensor, tensor } from '@evenkeel/tensor';
import { expect, test } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle('float32');

const shapes = [[3, 4], [5], [], [2, 8]];

/** Parameters of several shapes, and a step that halves each and adds a number to it. */
function shrinking(): { parameters: Parameter[]; step: (by: Tensor) => void } {
  const parameters = shapes.map((shape, i) => new Parameter(rand(shape).add(i)));
  const step = (by: Tensor) => noGrad(() => parameters.forEach((p) => void p.assign(p.mul(0.5).add(by))));
  return { parameters, step };
}

const numbers = (tensors: readonly Tensor[]) => Promise.all(tensors.map(async (t) => [...(await t.data())]));

function run(step: Compiled<[Tensor], void>, calls: number): void {
  for (let call = 0; call < calls; call++) step(tensor(call));
}

test('the update of all parameters is one kernel, with the numbers of the update of each', async () => {
  const { parameters, step } = shrinking();
  const alone = await numbers(parameters);
  const compiled = compile(step);
  run(compiled, 5);
  expect((compiled.plans()[0] as Plan).program.steps).toHaveLength(1);
  const expected = alone.map((values) =>
    values.map((value) => {
      let now = value;
      for (let call = 0; call < 5; call++) now = Math.fround(Math.fround(now * 0.5) + call);
      return now;
    }),
  );
  expect(await numbers(parameters)).toEqual(expected);
});

test('whoever looks at a parameter still sees what it was', async () => {
  const { parameters, step } = shrinking();
  const compiled = compile(step);
  run(compiled, 3);
  const [first] = parameters as [Parameter];
  const before = await first.data();
  const seen = first.detach();
  run(compiled, 2);
  expect(await seen.data()).toEqual(before);
  expect(await first.data()).not.toEqual(before);
});

test('a parameter that got other memory in between is updated where it is, and read by all', async () => {
  const { parameters, step } = shrinking();
  const [compiled, total] = [compile(step), compile(() => parameters.reduce((sum, p) => sum.add(p.sum()), tensor(0)))];
  run(compiled, 3);
  noGrad(() => void (parameters[1] as Parameter).assign(tensor([1, 2, 3, 4, 5])));
  compiled(tensor(1));
  expect(await (parameters[1] as Parameter).data()).toEqual(new Float32Array([1.5, 2, 2.5, 3, 3.5]));
  const sum = (await numbers(parameters)).flat().reduce((a, b) => a + b);
  for (let call = 0; call < 3; call++) expect(await total().item()).toBeCloseTo(sum, 4);
});

test('two functions that share parameters do not move them back and forth, and nothing grows', () => {
  const { parameters, step } = shrinking();
  const reversed = [...parameters].reverse();
  const [up, down] = [
    compile(step),
    compile((by: Tensor) => noGrad(() => reversed.forEach((p) => void p.assign(p.sub(by).mul(2))))),
  ];
  run(up, 3);
  run(down, 3);
  const storages = parameters.map(({ lifetime }) => lifetime?.storage);
  const { bytes, tensors } = memory();
  const by = tensor(0);
  for (let call = 0; call < 20; call++) {
    up(by);
    down(by);
  }
  expect(parameters.every(({ lifetime }, i) => lifetime?.storage === storages[i])).toBe(true);
  expect(new Set(storages).size).toBe(1);
  expect(memory()).toEqual(expect.objectContaining({ bytes: bytes + 4, tensors: tensors + 1 }));
});
