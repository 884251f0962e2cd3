import {
  compile,
  Generator,
  hostEffect,
  hostGuard,
  liveNumber,
  manualSeed,
  rand,
  type Tensor,
  tensor,
  useBackend,
  zeros,
} from '@evenkeel/tensor';
import { beforeEach, describe, expect, test } from 'vitest';
import { backends, batch, both, calls, contents, line } from './twice.ts';

describe.each(backends)('what compiled functions read on the host, on %s', (_where, backend) => {
  beforeEach(() => useBackend(backend()));

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
});
