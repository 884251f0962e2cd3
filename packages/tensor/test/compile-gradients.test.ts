import { cat, compile, grad, noGrad, Parameter, type Tensor, tensor, useBackend } from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, batch, both, calls, contents, expectAlike, line } from './twice.ts';

describe.each(backends)('gradients in compiled functions, on %s', (where, backend) => {
  beforeEach(() => useBackend(backend()));

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
    const { w, loss, zeroGrad, step } = line();
    compile(step)(batch(0));
    await expect(async () => w.grad?.data()).rejects.toThrow(/consumed|holds nothing outside/);
    zeroGrad();
    loss(batch(0)).backward();
    expect(await w.grad?.data()).toHaveLength(3);
  });

  test('a gradient that a step consumed stays so, whatever is added to it, until it is forgotten', async () => {
    const { w, loss, descend, zeroGrad, step } = line();
    const learn = compile(step);
    const accumulate = compile((x: Tensor) => loss(x).backward());
    for (let i = 0; i < calls; i++) {
      learn(batch(i));
      accumulate(batch(0));
      loss(batch(0)).backward();
      await expect(async () => w.grad?.data()).rejects.toThrow(/its optimizer step consumed/);
      expect(() => descend()).toThrow(/its optimizer step consumed/);
      zeroGrad();
      loss(batch(0)).backward();
      const right = await contents({ w: w.grad });
      zeroGrad();
      accumulate(batch(0));
      expectAlike(where, await contents({ w: w.grad }), right);
    }
  });

  test('the error is the same however deep the computation was', async () => {
    const w = new Parameter(tensor([1, 2]));
    const step = compile(() => {
      w.grad = undefined;
      let all: Tensor = w;
      for (let link = 0; link < 1500; link++) all = all.sin().add(w);
      all.sum().backward();
      noGrad(() => w.assign(w.sub(w.grad as Tensor)));
    });
    step();
    await expect(async () => w.grad?.data()).rejects.toThrow(/its optimizer step consumed/);
  });

  test('a gradient that is the same whatever the state is is there after a step, and adds up', async () => {
    const [got, expected] = await both(async (run) => {
      const w = new Parameter(tensor([1, 2, 3]));
      const backward = () =>
        w
          .mul(tensor([3, 1, 2]))
          .sum()
          .backward();
      const step = run(() => {
        w.grad = undefined;
        backward();
        noGrad(() => w.assign(w.sub(w.grad as Tensor)));
      });
      const accumulate = run(backward);
      const history = [];
      for (let i = 0; i < calls; i++) {
        step();
        if (i % 2 === 0) backward();
        accumulate();
        history.push(await contents({ w, gradient: w.grad }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('two adversaries train in turns, each of which the other differentiates too', async () => {
    const [got, expected] = await both(async (run) => {
      const [one, other] = [line(), line()];
      const turn = (mine: typeof one, sign: number) =>
        run((x: Tensor) => {
          mine.zeroGrad();
          one
            .loss(x)
            .sub(other.loss(x.mul(0.5)))
            .mul(sign)
            .backward();
          mine.descend();
        });
      const [first, second] = [turn(one, 1), turn(other, -1)];
      const history = [];
      for (let i = 0; i < calls; i++) {
        first(batch(i));
        second(batch(i));
        history.push(await contents({ w: one.w, b: one.b, v: other.w, c: other.b }));
      }
      return history;
    });
    expectAlike(where, got, expected);
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

  test('a parameter that is frozen or thawed is recorded anew', async () => {
    const [got, expected] = await both(async (run) => {
      const { w, b, step } = line();
      const learn = run(step);
      const history = [];
      for (let i = 0; i < calls; i++) {
        b.requiresGrad = i % 6 < 3;
        learn(batch(i));
        history.push(await contents({ w, b }));
      }
      return history;
    });
    expectAlike(where, got, expected);
  });

  test('what grows by parts of itself is differentiated, also where a part is only what was added', async () => {
    const [got, expected] = await both(async (run) => {
      const w = new Parameter(tensor([0.1, -0.2, 0.3, 0.4]));
      const grow = run(() => {
        w.grad = undefined;
        let all: Tensor = w;
        for (let i = 0; i < 5; i++) all = cat([all, all.narrow(0, i, 1).tanh()]);
        all.sum().backward();
        return all;
      });
      const history = [];
      for (let i = 0; i < 3; i++) history.push(await contents({ all: grow(), gradient: w.grad }));
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
});
