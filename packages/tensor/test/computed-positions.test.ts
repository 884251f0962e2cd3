import '@evenkeel/tensor/methods';
import { cpu } from '@evenkeel/backend-cpu';
import {
  arange,
  cat,
  compile,
  gradients,
  kron,
  pad,
  sliceScatter,
  type Tensor,
  tensor,
  useBackend,
} from '@evenkeel/tensor';
import { describe, expect, test } from 'vitest';
import { backends } from './twice.ts';

// Padding reads nothing at places beyond what it pads. A position that is computed there, from what is not read or from the
// place itself, may be anywhere, and is none of the program's.
const programs: Record<string, (x: Tensor, from1: Tensor) => Tensor> = {
  'counted from 1, then padded': (x, from1) => pad(x.gather(0, from1.sub(1)), [1, 4]),
  'counted from 1, then joined': (x, from1) =>
    cat([x.mul(2), x.gather(0, from1.sub(1)), x.gather(0, from1.neg().add(5))]),
  'counted from 1, then added up over padding': (x, from1) =>
    pad(x.gather(0, from1.sub(1)).square(), [2, 3])
      .reshape([2, 4])
      .sum(0),
  'of a position, both counted from 1': (x, from1) =>
    pad(x.gather(0, from1.gather(0, from1.sub(1).remainder(3)).sub(1)), [0, 6]),
  'every other one, in a gradient': (x) => {
    const put = sliceScatter(x, x.narrow(0, 0, 3), 0, 0, undefined, 2);
    return gradients(put.reciprocal().sum(), [x])[0] as Tensor;
  },
};

describe.each(backends)('%s: positions where nothing is read', (_name, make) => {
  test.each(Object.entries(programs))('%s', async (_program, program) => {
    useBackend(await make());
    const inputs = () =>
      [tensor([1, 2, 3, 4, 5], { requiresGrad: true }), tensor([5, 1, 3], { dtype: 'int32' })] as const;
    const expected = await program(...inputs()).tolist();
    const compiled = compile(program);
    for (let call = 0; call < 2; call++) expect(await compiled(...inputs()).tolist()).toEqual(expected);
  });
});

// Each took time, or names of positions as long, that doubled with every turn.
test('positions that are computed from positions, and shapes that are changed to and fro, for many turns', async () => {
  useBackend(cpu());
  const walk = (x: Tensor) => {
    let at = tensor([1, 0, 3, 2, 5, 4, 7, 6], { dtype: 'int32' });
    for (let turn = 0; turn < 40; turn++) at = at.add(at.gather(0, at)).remainder(8);
    return x.indexSelect(0, at);
  };
  const change = (x: Tensor) => {
    let y = x;
    for (let turn = 0; turn < 60; turn++) y = y.reshape(turn % 2 ? [8, 6] : [3, 16]).add(turn);
    return y;
  };
  const x = arange(48).to('float32').reshape([8, 6]);
  for (const program of [walk, change]) expect(await compile(program)(x).tolist()).toEqual(await program(x).tolist());
});

test.each(backends)('%s: what cancels out reads where it would read', async (_name, make) => {
  useBackend(await make());
  const program = (x: Tensor) => [kron(x, x).sub(kron(x, x)).sum(), kron(x, x).add(x.sum()).sub(kron(x, x)).amax()];
  const x = tensor([
    [2, -3, 5],
    [7, 11, -13],
  ]).to('int32');
  const [nothing, sum] = compile(program)(x) as [Tensor, Tensor];
  expect([await nothing.item(), await sum.item()]).toEqual([0, 9]);
});

test.each(backends)('%s: a position outside that is read is an error, beside padding too', async (_name, make) => {
  useBackend(await make());
  const compiled = compile(programs['counted from 1, then padded'] as (x: Tensor, from1: Tensor) => Tensor);
  const x = tensor([1, 2, 3, 4, 5]);
  await expect((async () => compiled(x, tensor([5, 0, 3], { dtype: 'int32' })).tolist())()).rejects.toThrow(
    'index -1 is out of range',
  );
});
