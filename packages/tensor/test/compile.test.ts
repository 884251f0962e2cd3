import {
  type Compiled,
  compile,
  Generator,
  grad,
  hostEffect,
  hostGuard,
  liveNumber,
  manualSeed,
  memory,
  noGrad,
  Parameter,
  persistent,
  rand,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, contents, expectAlike } from './twice.ts';

type Run = <Args extends readonly unknown[], Result>(fn: (...args: Args) => Result) => (...args: Args) => Result;
const eager: Run = (fn) => fn;

/** More than are recorded, and past the first check of a program that runs. */
const calls = 12;

/** A line that is fitted, by hand: the smallest training there is. */
function line() {
  const [w, b] = [new Parameter(tensor([0.5, -1, 2])), new Parameter(tensor(0.25))];
  const loss = (x: Tensor) => x.mul(w).sum(1).add(b).sub(1).square().mean();
  const descend = (rate: number | Tensor = 0.1) =>
    noGrad(() => {
      for (const p of [w, b]) if (p.grad) p.assign(p.sub(p.grad.mul(rate)));
    });
  const zeroGrad = () => {
    for (const p of [w, b]) p.grad = undefined;
  };
  return { w, b, loss, descend, zeroGrad };
}

const batch = (i: number) => tensor([0, 1, 2, 3].map((row) => [0, 1, 2].map((k) => Math.sin(7 * i + 3 * row + k))));

/** What each call of a program leaves behind, eagerly and compiled. */
async function both(program: (run: Run) => Promise<unknown>): Promise<[compiled: unknown, eager: unknown]> {
  return [await program(compile as Run), await program(eager)];
}

describe.each(backends)('compile on %s', (where, backend) => {
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

  test.each([
    ['inside', 'inside'],
    ['outside', 'outside'],
    ['never', 'never'],
    ['at the end', 'end'],
  ])('leaves the gradients that eager calls leave where they are forgotten %s', async (_, when) => {
    const [got, expected] = await both(async (run) => {
      const { w, b, loss, zeroGrad } = line();
      const backward = run((x: Tensor) => {
        if (when === 'inside') zeroGrad();
        const value = loss(x);
        value.backward();
        if (when === 'end') zeroGrad();
        return value;
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        if (when === 'outside') zeroGrad();
        const value = backward(batch(i));
        history.push(await contents({ value, w: w.grad, b: b.grad }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('accumulates gradients over calls and updates in another compiled function', async () => {
    const [got, expected] = await both(async (run) => {
      const { w, b, loss, descend, zeroGrad } = line();
      const accumulate = run((x: Tensor) => void loss(x).mul(0.5).backward());
      const update = run(() => {
        descend();
        zeroGrad();
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        accumulate(batch(2 * i));
        accumulate(batch(2 * i + 1));
        update();
        history.push(await contents({ w, b }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('leaves gradients that are one number everywhere', async () => {
    const [got, expected] = await both(async (run) => {
      const w = new Parameter(tensor([1, 2, 3]));
      const backward = run(() => {
        w.grad = undefined;
        w.mul(1).sum().backward();
      });
      const history = [];
      for (let i = 0; i < 4; i++) {
        backward();
        history.push(await contents({ w: w.grad }));
        w.grad = undefined;
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('an error names the gradient that a step consumed; before the next step it is gone', async () => {
    const { w, loss, descend, zeroGrad } = line();
    const step = compile((x: Tensor) => {
      zeroGrad();
      loss(x).backward();
      descend();
    });
    step(batch(0));
    await expect(async () => w.grad?.data()).rejects.toThrow(/consumed|holds nothing outside/);
    zeroGrad();
    loss(batch(0)).backward();
    expect(await w.grad?.data()).toHaveLength(3);
  });

  test('random numbers are those of eager calls, between which other draws may come', async () => {
    const [got, expected] = await both(async (run) => {
      manualSeed(3);
      const own = new Generator(5);
      const draw = run((x: Tensor) => {
        rand([3]); // unused, and counted all the same
        return { masked: x.mul(rand([4, 3]).ge(0.5)), own: rand([2], { generator: own }), again: rand([2]) };
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        history.push(await contents(draw(batch(i))), await contents({ between: rand([i % 3]) }));
      }
      return [...history, own.getState()];
    });
    expect(got).toEqual(expected);
  });

  test('a generator that is set back between calls is set back', async () => {
    const draw = compile(() => rand([4]));
    const drawn = [];
    for (let i = 0; i < 5; i++) {
      manualSeed(i % 2);
      drawn.push(await draw().data());
    }
    expect(drawn[4]).toEqual(drawn[0]);
    expect(drawn[3]).toEqual(drawn[1]);
    expect(drawn[4]).not.toEqual(drawn[3]);
  });

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

  test('a constant cannot be assigned to, as eagerly', () => {
    const constant = zeros([3]);
    expect(() => compile(() => constant.assign(constant.add(1)))()).toThrow(/constant tensor cannot be assigned to/);
  });

  test('gradients of what is made inside can be returned', async () => {
    const [got, expected] = await both(async (run) => {
      const w = new Parameter(tensor([1, 2]));
      const f = run((x: Tensor) => {
        w.grad = undefined;
        const h = w.mul(x).retainGrad();
        h.square().sum().backward();
        return { inner: h.grad as Tensor, h };
      });
      const history = [];
      for (let i = 0; i < 4; i++) history.push(await contents({ ...f(tensor([i, 3])), w: w.grad }));
      return history;
    });
    expectAlike(where, got, expected);
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

  test('what else is returned must be the same at every call', () => {
    let count = 0;
    const f = compile((x: Tensor) => ({ x: x.mul(2), count: count++ }));
    f(batch(0));
    expect(() => f(batch(0))).toThrow(/returned something else/);
    const [a, b] = [tensor([1]), tensor([2])];
    let isFirst = true;
    const g = compile((x: Tensor) => {
      isFirst = !isFirst;
      return [x.mul(2), isFirst ? a : b];
    });
    g(batch(0));
    expect(() => g(batch(0))).toThrow(/returned something else/);
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

  test('a live number is asked for at every call, a plain one that changes is an error that names its operation', async () => {
    const { w, b, loss, descend, zeroGrad } = line();
    let rate = 0.1;
    const step = compile((x: Tensor) => {
      zeroGrad();
      loss(x).backward();
      descend(liveNumber(() => rate) as Tensor);
    });
    for (let i = 0; i < 4; i++) step(batch(i));
    rate = 0;
    const before = await contents({ w, b });
    step(batch(4));
    expect(await contents({ w, b })).toEqual(before);

    let count = 0;
    const counting = compile((x: Tensor) => x.mul(++count + 1));
    counting(batch(0));
    expect(() => counting(batch(0))).toThrow(
      /number of a compiled function was 2 and is now 3[\s\S]*mul[\s\S]*liveNumber/,
    );
  });

  test('a plain number that begins to change later is found out', async () => {
    let factor = 2;
    const scale = compile((x: Tensor) => x.mul(factor));
    for (let i = 0; i < 5; i++) scale(batch(i));
    factor = 3;
    expect(() => {
      for (let i = 0; i < 64; i++) scale(batch(i));
    }).toThrow(/was 2 and is now 3/);
  });

  test('a flag that a closure reads without a guard is found out, and then takes effect', async () => {
    let negates = false;
    const f = compile((x: Tensor) => (negates ? x.neg() : x.mul(1.5)));
    for (let i = 0; i < 5; i++) f(tensor([2]));
    negates = true;
    expect(() => {
      for (let i = 0; i < 64; i++) f(tensor([2]));
    }).toThrow(/computes something else[\s\S]*hostGuard/);
    expect(await f(tensor([2])).item()).toBe(-2);
  });

  test('a guard has it recorded anew, and what it was before is known again', async () => {
    let negates = false;
    const f = compile((x: Tensor) => (hostGuard(() => negates) ? x.neg() : x.mul(1.5)));
    const x = tensor([2]);
    for (const flag of [false, false, false, true, true, true, false, true]) {
      negates = flag;
      expect(await f(x).item()).toBe(flag ? -2 : 3);
    }
    expect(f.counters).toMatchObject({ recorded: 4, planned: 2 });
  });

  test('an effect happens once at every call', () => {
    let count = 0;
    const f = compile((x: Tensor) => {
      hostEffect(() => {
        count++;
      });
      return x.mul(2);
    });
    for (let i = 1; i <= 20; i++) {
      f(batch(i));
      expect(count).toBe(i);
    }
  });

  test('a parameter that is frozen or thawed is recorded anew', async () => {
    const [got, expected] = await both(async (run) => {
      const { w, b, loss, descend, zeroGrad } = line();
      const step = run((x: Tensor) => {
        zeroGrad();
        loss(x).backward();
        descend();
      });
      const history = [];
      for (let i = 0; i < calls; i++) {
        b.requiresGrad = i % 6 < 3;
        step(batch(i));
        history.push(await contents({ w, b }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('gradients of functions and second derivatives may be inside', async () => {
    const [got, expected] = await both(async (run) => {
      const slope = (z: Tensor) => grad((y: Tensor) => y.tanh().mul(y).sum())(z)[0] as Tensor;
      const curvature = run((x: Tensor) => grad((y: Tensor) => slope(y).square().sum())(x)[0] as Tensor);
      const history = [];
      for (let i = 0; i < 4; i++) history.push(await contents({ c: curvature(batch(i)) }));
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('a compiled function within another is part of it', async () => {
    const inner = compile((x: Tensor) => x.mul(3));
    const outer = compile((x: Tensor) => inner(x).add(1));
    for (let i = 0; i < 4; i++) expect(await outer(tensor([i])).item()).toBe(3 * i + 1);
    expect(inner.counters).toEqual({ recorded: 0, replayed: 0, planned: 0 });
  });

  test('data that are made inside are the same at every call, or an error', async () => {
    const shift = compile((x: Tensor) => x.add(tensor([1, 2, 3])));
    for (let i = 0; i < 4; i++) expect(await shift(zeros([3])).data()).toEqual(new Float32Array([1, 2, 3]));
    let next = 0;
    const moving = compile((x: Tensor) => x.add(tensor([next++, 0, 0])));
    moving(batch(0));
    expect(() => moving(batch(0))).toThrow(/another tensor of shape \[3\][\s\S]*argument/);
  });

  test('a captured tensor that is replaced by another is an error that asks for an argument', () => {
    let weight = tensor([1, 2, 3]);
    const f = compile((x: Tensor) => x.mul(weight));
    f(batch(0));
    weight = tensor([4, 5, 6]);
    expect(() => f(batch(0))).toThrow(/another tensor of shape \[3\][\s\S]*argument/);
  });

  test('results are cut off from the computation', () => {
    const { w, loss } = line();
    const f = compile((x: Tensor) => loss(x));
    expect(f(batch(0)).requiresGrad).toBe(false);
    expect(() => f(batch(0)).backward()).toThrow(/depends on nothing to differentiate/);
    expect(w.grad).toBeUndefined();
  });

  test('inside of noGrad it is another program than outside', () => {
    const { loss, zeroGrad } = line();
    const backward = compile((x: Tensor) => {
      zeroGrad();
      loss(x).backward();
    });
    for (let i = 0; i < 3; i++) backward(batch(i));
    expect(() => noGrad(() => backward(batch(3)))).toThrow(/depends on nothing to differentiate/);
    backward(batch(4));
    expect(backward.counters.planned).toBe(1);
  });

  test('a position outside is an error, as soon as the result is read', async () => {
    const table = tensor([[1], [2], [3]]);
    const look = compile((x: Tensor) => table.indexSelect(0, x.add(1)).mul(2));
    for (let i = 0; i < 3; i++) expect(await look(tensor([i - 1, 0], { dtype: 'int32' })).data()).toHaveLength(2);
    await expect(async () => look(tensor([2, 0], { dtype: 'int32' })).data()).rejects.toThrow(/index|position/);
  });

  test('reading a value inside is an error, and so is an async function', async () => {
    const reading = compile((x: Tensor) => {
      void x.sum().item();
      return x;
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      reading(batch(0));
    } catch (error) {
      unhandled.push(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(String(unhandled[0])).toMatch(/value cannot be read while a function is recorded/);
    const asynchronous = compile(async (x: Tensor) => x.mul(2));
    expect(() => asynchronous(batch(0))).toThrow(/must not be async/);
  });

  test('a tensor that leaked out of a recording is an error that says so', async () => {
    let leaked: Tensor | undefined;
    const f = compile((x: Tensor) => {
      leaked = x.mul(2);
      return x;
    });
    f(batch(0));
    await expect(async () => leaked?.data()).rejects.toThrow(/part of a compiled function/);
    expect(() => leaked?.add(1)).toThrow(/part of a compiled function/);
  });

  test('an error inside leaves nothing behind: the next call works', async () => {
    const { w, loss, descend, zeroGrad } = line();
    let fails = true;
    const step = compile((x: Tensor) => {
      zeroGrad();
      loss(x).backward();
      if (fails) throw new Error('not now');
      descend();
    });
    const before = await contents({ w });
    expect(() => step(batch(0))).toThrow('not now');
    expect(await contents({ w })).toEqual(before);
    fails = false;
    for (let i = 0; i < 4; i++) step(batch(i));
    expect(await contents({ w })).not.toEqual(before);
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
});
