import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import { compile, type Tensor, tensor, useBackend, where } from '@evenkeel/tensor';
import { expect, test } from 'vitest';

const specials = [0, -0, 1, -1, 1.5, -2.5, 2 ** -140, -(2 ** -140), 2 ** 127, Infinity, -Infinity, NaN];

test.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
  ['numbers that change nothing', (x) => x.mul(1).div(1).add(-0).sub(0)],
  ['numbers that change a zero', (x) => x.add(0).sub(-0)],
  ['signs', (x, y) => x.add(y.neg()).sub(x.neg()).neg().neg().add(x.neg().abs())],
  ['choices', (x, y) => where(x.gt(y).logicalNot(), x, y.neg())],
  ['shapes', (x, y) => x.reshape([3, 4]).t().t().reshape([2, 6]).reshape([-1]).add(y)],
  ['what cancels for most numbers', (x, y) => x.sub(x).add(y.mul(0)).add(x.div(x))],
])('%s give a compiled function what they give step by step, bit for bit', async (_name, fn) => {
  useBackend(cpu());
  const [x, y] = [tensor(specials), tensor([...specials].reverse())];
  const compiled = compile(fn);
  const right = [...(await fn(x, y).data())];
  for (let call = 0; call < 3; call++) {
    const got = [...(await compiled(x, y).data())];
    expect(
      got.every((value, i) => Object.is(value, right[i])),
      `${got} instead of ${right}`,
    ).toBe(true);
  }
});
