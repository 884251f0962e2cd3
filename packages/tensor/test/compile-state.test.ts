import {
  cat,
  closeStep,
  compile,
  memory,
  Parameter,
  persistent,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, batch, both, calls, contents, expectAlike } from './twice.ts';

describe.each(backends)('the state of compiled functions, on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

  test('state that is assigned to is as after eager calls, whatever reads it before and after', async () => {
    const [got, expected] = await both(async (run) => {
      const [a, b] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
      const move = run((x: Tensor) => {
        const before = a.detach();
        a.assign(b.flip([0]).add(x.mean()));
        b.assign(before);
        const early = a.mul(b);
        a.assign(a.mul(0.5));
        return { early, late: a.add(b), b };
      });
      const history = [];
      for (let i = 0; i < calls; i++) history.push(await contents({ ...move(batch(i)), a }));
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('data that are made anew at each recording do not pile up', () => {
    const add = compile((x: Tensor) => {
      closeStep();
      return x.add(tensor([1, 2, 3]));
    });
    const x = tensor([1, 2, 3]).keep();
    const call = (): void => add(x).release();
    for (let i = 0; i < 20; i++) call();
    const { tensors } = memory();
    const { recorded } = add.counters;
    for (let i = 0; i < 300; i++) call();
    expect(add.counters.recorded).toBeGreaterThan(recorded + 2);
    expect(memory().tensors).toBe(tensors);
  });

  test('what was taken from state between calls is not changed by later calls', async () => {
    const state = tensor([1, 2, 3]);
    const add = compile(() => void state.assign(state.add(1)));
    for (let i = 0; i < 4; i++) add();
    const [view, part, copy] = [
      state.detach().keep(),
      state.slice(0, 1).keep(),
      tensor([0, 0, 0]).assign(state).keep(),
    ];
    for (let i = 0; i < 3; i++) add();
    expect(await contents({ view, part, copy, state })).toEqual({
      view: [5, 6, 7],
      part: [6, 7],
      copy: [5, 6, 7],
      state: [8, 9, 10],
    });
  });

  test('state that shares its memory is moved away once, not at every call', async () => {
    const state = tensor(new Float32Array(1000));
    const add = compile(() => void state.assign(state.add(1)));
    for (let i = 0; i < 3; i++) add();
    const view = state.detach().keep();
    add();
    const { bytes, tensors } = memory();
    for (let i = 0; i < 5; i++) add();
    expect(memory()).toMatchObject({ bytes, tensors });
    expect((await view.data())[0]).toBe(3);
    expect((await state.data())[0]).toBe(9);
  });

  test('what is assigned to state between calls takes effect', async () => {
    const state = tensor([1, 2]);
    const double = compile(() => {
      state.assign(state.mul(2));
      return state.add(0.5);
    });
    for (let i = 0; i < 3; i++) double();
    const content = tensor([10, 20]);
    state.assign(content);
    expect(await double().data()).toEqual(new Float32Array([20.5, 40.5]));
    expect(await content.data()).toEqual(new Float32Array([10, 20]));
    state.assign([3, 4]);
    expect(await double().data()).toEqual(new Float32Array([6.5, 8.5]));
  });

  test('state and gradients may come to lie otherwise in memory', async () => {
    const [got, expected] = await both(async (run) => {
      const turned = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ])
        .t()
        .keep();
      const w = new Parameter(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      );
      const add = run((x: Tensor) => {
        w.mul(x).sum().backward();
        return turned.mul(2).add(x.sum());
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        if (i === 4)
          turned.assign([
            [1, 2],
            [3, 4],
            [5, 6],
          ]);
        if (i % 3 === 1)
          w.grad = tensor([
            [i, 2],
            [3, 4],
          ]).t();
        if (i % 3 === 2)
          w.grad = tensor([
            [i, 2],
            [3, 4],
          ]);
        const sum = add(
          tensor([
            [i, 1],
            [2, 3],
          ]),
        );
        history.push(await contents({ sum, w: w.grad }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('a tensor that it makes once and keeps is made with persistent', async () => {
    let state: Tensor | undefined;
    const f = compile((x: Tensor) => {
      state ??= persistent(() => zeros([3]).clone());
      state.assign(state.add(x));
      return state;
    });
    for (let i = 1; i <= 4; i++) expect(await f(tensor([1, 2, 3])).data()).toEqual(new Float32Array([i, 2 * i, 3 * i]));
  });

  test('state may be overwritten by what is made of it at other places, while others still read it', async () => {
    const [got, expected] = await both(async (run) => {
      const [row, mean, table] = [
        tensor([1, 2, 3, 4]),
        tensor([0]),
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ];
      const move = run((x: Tensor) => {
        // The newest comes in at the front; who reads what is joined cannot be who writes it.
        const newest = x.mean().sin().reshape([1]);
        row.assign(cat([newest, row.slice(0, 0, -1)]));
        const pair = cat([newest, x.mean().reshape([1])]);
        const spread = pair
          .slice(0, 1)
          .mul(pair.slice(0, 0, 1).cos())
          .add(newest);
        // One number for a whole row, which each of its elements is compared with.
        const now = x.mean();
        mean.assign(mean.mul(0.9).add(now.mul(0.1)));
        const centered = x.sub(now).add(mean);
        table.assign(table.t().add(x.sum()));
        return { spread, newest, centered, table: table.mul(2) };
      });
      const history = [];
      for (let i = 0; i < calls; i++) history.push(await contents({ ...move(batch(i)), row, mean }));
      return history;
    });
    expectAlike(where, got, expected);
  });
});
