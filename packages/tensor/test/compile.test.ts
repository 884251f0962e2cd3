import {
  type Compiled,
  compile,
  cumsum,
  indexAdd,
  memory,
  stack,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, batch, both, calls, contents, expectAlike, line } from './twice.ts';

describe.each(backends)('compile, on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

  test('gives what the function gives, for every call and another batch each time', async () => {
    const [got, expected] = await both(async (run) => {
      const { w, b, loss, descend, zeroGrad } = line();
      const step = run((x: Tensor) => {
        zeroGrad();
        const value = loss(x);
        value.backward();
        descend();
        return { value, doubled: [value.mul(2)] };
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        const { value, doubled } = step(batch(i));
        history.push(await contents({ value, doubled: doubled[0], w, b }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('runs the function itself no more once two recordings agree', () => {
    let runs = 0;
    const twice = compile((x: Tensor) => {
      runs++;
      return x.mul(2);
    });
    for (let i = 0; i < 8; i++) twice(batch(i));
    expect(runs).toBe(2);
    expect(twice.counters).toEqual({ recorded: 2, replayed: 6, planned: 1 });
  });

  test('a result of one call is no more than that: the next call leaves it alone', async () => {
    const next = compile((x: Tensor) => x.add(1));
    const results = [];
    let x = tensor([0]);
    for (let i = 0; i < 5; i++) {
      x = next(x);
      results.push(x);
    }
    expect(await Promise.all(results.map((each) => each.item()))).toEqual([1, 2, 3, 4, 5]);
  });

  test('the same tensor may be several arguments, and an argument may be state', async () => {
    const state = tensor([1, 2]);
    const f = compile((x: Tensor, y: Tensor) => {
      state.assign(state.add(y));
      return x.mul(y).add(state);
    });
    const g = (x: number[], y: number[], s: number[]) => x.map((each, i) => each * y[i]! + s[i]! + y[i]!);
    const x = tensor([3, 5]);
    for (let i = 0; i < 3; i++) {
      const s = [...(await state.data())];
      expect([...(await f(x, x).data())]).toEqual(g([3, 5], [3, 5], s));
    }
    // Other aliasing than at the first call.
    for (let i = 0; i < 3; i++) {
      const s = [...(await state.data())];
      expect([...(await f(x, tensor([7, 11])).data())]).toEqual(g([3, 5], [7, 11], s));
    }
    for (let i = 0; i < 3; i++) {
      const s = [...(await state.data())];
      expect([...(await f(state, state).data())]).toEqual(s.map((each) => 4 * each * each + 2 * each));
    }
  });

  test("an argument that is returned is this call's, also one that was assigned to", async () => {
    const f = compile((x: Tensor, y: Tensor) => ({ x, y: y.assign(y.add(x)), same: [x] }));
    for (let i = 0; i < 5; i++) {
      const [x, y] = [tensor([i]), tensor([10])];
      const got = f(x, y);
      expect([got.x, got.y, got.same[0]]).toEqual([x, y, x]);
      expect(got.x === x && got.y === y && got.same[0] === x).toBe(true);
      expect(await y.item()).toBe(10 + i);
    }
  });

  test('records anew for other shapes, dtypes and layouts, and knows each again', async () => {
    const sum = compile((x: Tensor) => x.mul(2).sum(0));
    const inputs = [
      () =>
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      () =>
        tensor([
          [1, 2],
          [3, 4],
        ]),
      () =>
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]).t(),
      () =>
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: 'int32' },
        ),
      () => zeros([2, 2]),
    ];
    for (let i = 0; i < 3; i++) {
      for (const make of inputs) {
        const x = make();
        expect(await sum(x).data()).toEqual(await x.mul(2).sum(0).data());
      }
    }
    expect(sum.counters).toEqual({ recorded: 10, replayed: 5, planned: 5 });
  });

  test('other arguments go by value, and functions by identity', async () => {
    const scale = compile((x: Tensor, options: { by: number; how: 'mul' | 'div' }, then: (x: Tensor) => Tensor) =>
      then(x[options.how](options.by)),
    );
    const [same, negative] = [(x: Tensor) => x, (x: Tensor) => x.neg()];
    const x = tensor([8]);
    for (let i = 0; i < 3; i++) {
      expect(await scale(x, { by: 2, how: 'mul' }, same).item()).toBe(16);
      expect(await scale(x, { by: 4, how: 'mul' }, same).item()).toBe(32);
      expect(await scale(x, { by: 4, how: 'div' }, negative).item()).toBe(-2);
    }
    expect(scale.counters.replayed).toBe(3);
  });

  test('a compiled function within another is part of it', async () => {
    const inner = compile((x: Tensor) => x.mul(3));
    const outer = compile((x: Tensor) => inner(x).add(1));
    for (let i = 0; i < 4; i++) expect(await outer(tensor([i])).item()).toBe(3 * i + 1);
    expect(inner.counters).toEqual({ recorded: 0, replayed: 0, planned: 0 });
  });

  test('CAPTURE=0 runs the function itself, FUSE=0 each operation by itself, and both give the same', async () => {
    const program = (x: Tensor) => x.mul(2).tanh().add(x.mean(0)).softmax(1).sum(0);
    const expected = await program(batch(1)).data();
    for (const name of ['CAPTURE', 'FUSE']) {
      process.env[name] = '0';
      try {
        const f = compile(program);
        for (let i = 0; i < 3; i++) expectAlike(where, [...(await f(batch(1)).data())], [...expected]);
        expect(f.counters.recorded).toBe(name === 'CAPTURE' ? 0 : 2);
      } finally {
        delete process.env[name];
      }
    }
  });

  test('keeps a bounded number of programs, and gives their memory back', async () => {
    // Two products in a row need memory in between.
    const f = compile((x: Tensor, y: Tensor) => x.matmul(y).matmul(y).exp().matmul(y));
    const run = async (n: number) => {
      const [x, y] = [
        tensor(new Float32Array(n * n), { shape: [n, n] }),
        tensor(new Float32Array(n * n), { shape: [n, n] }),
      ];
      const result = f(x, y);
      await result.data();
      for (const each of [x, y, result]) each.release();
    };
    for (let round = 0; round < 2; round++) for (let n = 1; n <= 20; n++) await run(20 + n);
    const { bytes } = memory();
    for (let n = 1; n <= 60; n++) await run(20 + n);
    for (let n = 1; n <= 20; n++) await run(20 + n);
    expect(memory().bytes).toBeLessThanOrEqual(bytes);
    // The first is long forgotten, the last is not.
    const { recorded } = f.counters as Compiled<[], void>['counters'];
    await run(21);
    expect(f.counters.recorded).toBe(recorded + 1);
    await run(40);
    expect(f.counters.recorded).toBe(recorded + 2);
  });

  test('scans and scatters read what was turned and reshaped, and constants of several shapes are several', async () => {
    const [got, expected] = await both(async (run) => {
      const index = tensor([0, 1, 1, 0, 1, 0, 1, 1], { dtype: 'int32' });
      const f = run((x: Tensor) => {
        const turned = stack([x, x.cos()], 1).transpose(0, 1).reshape([8, 3]);
        const [few, many] = [zeros([2]).lt(1).to('float32'), zeros([3]).lt(1).to('float32')];
        return { sums: cumsum(turned, 0), added: indexAdd(zeros([2, 3]), 0, index, turned), few, many };
      });
      const history = [];
      for (let i = 0; i < 4; i++) history.push(await contents(f(batch(i))));
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('a product less its equal is what rounding leaves of it', async () => {
    const x = tensor(Float32Array.from({ length: 100 }, (_, i) => Math.sin(i + 1)));
    const y = tensor(Float32Array.from({ length: 100 }, (_, i) => Math.cos(3 * i)));
    const difference = (a: Tensor, b: Tensor) => a.mul(b).sub(b.mul(a));
    expect(new Set(await difference(x, y).data())).toEqual(new Set([0]));
    const left = await compile(difference)(x, y).data();
    const halfAnUlp = where === 'cpu' ? 0 : 2 ** -25;
    for (const each of left) expect(Math.abs(each)).toBeLessThanOrEqual(halfAnUlp);
  });
});
