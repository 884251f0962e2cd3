import {
  compile,
  customGradient,
  enableGrad,
  grad,
  gradients,
  isGradEnabled,
  noGrad,
  Parameter,
  randn,
  type Tensor,
  tensor,
  valueAndGrad,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { onOracle } from './on-oracle.ts';

onOracle();

const leaf = (data: number[] | number[][]) => tensor(data, { requiresGrad: true });

describe('backward', () => {
  it('adds to the gradient that is there', async () => {
    const x = leaf([1, 2]);
    x.square().sum().backward();
    x.square().sum().backward();
    expect(await (x.grad as Tensor).tolist()).toEqual([4, 8]);
  });

  it('sums over every path to a leaf', async () => {
    const x = leaf([3]);
    x.mul(x).add(x).add(x.mul(2)).sum().backward();
    expect(await (x.grad as Tensor).tolist()).toEqual([2 * 3 + 1 + 2]);
  });

  it('reaches a leaf through a long chain without recursion', async () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 5_000; i++) y = y.add(0);
    y.sum().backward();
    expect(await (x.grad as Tensor).tolist()).toEqual([1]);
  });

  it('sums what broadcasting repeated', async () => {
    const row = leaf([1, 2, 3]);
    tensor([
      [1, 1, 1],
      [2, 2, 2],
    ])
      .mul(row)
      .sum()
      .backward();
    expect(await (row.grad as Tensor).tolist()).toEqual([3, 3, 3]);
  });

  it('starts from a given cotangent, and asks for one where the result is no scalar', async () => {
    const x = leaf([1, 2]);
    x.mul(3).backward(tensor([1, 10]));
    expect(await (x.grad as Tensor).tolist()).toEqual([3, 30]);
    expect(() => x.mul(3).backward()).toThrow(/only a scalar/);
    expect(() => x.mul(3).backward(tensor([1]))).toThrow(/shape/);
  });

  it('leaves a gradient on computed tensors that ask for it', async () => {
    const x = leaf([2]);
    const y = x.mul(3).retainGrad();
    y.square().sum().backward();
    expect(await (y.grad as Tensor).tolist()).toEqual([12]);
  });

  it('is refused where nothing leads to a leaf', () => {
    expect(() => tensor([1]).sum().backward()).toThrow(/depends on nothing/);
    const x = leaf([1]);
    expect(() => noGrad(() => x.square().sum()).backward()).toThrow(/depends on nothing/);
  });

  it('does not flow through detach', async () => {
    const x = leaf([2]);
    x.mul(x.detach()).sum().backward();
    expect(await (x.grad as Tensor).tolist()).toEqual([2]);
  });
});

describe('grad mode', () => {
  it('is switched off in noGrad and on again in enableGrad, and restored after an error', () => {
    noGrad(() => {
      expect(isGradEnabled()).toBe(false);
      enableGrad(() => expect(isGradEnabled()).toBe(true));
    });
    expect(() =>
      noGrad(() => {
        throw new Error('no');
      }),
    ).toThrow();
    expect(isGradEnabled()).toBe(true);
  });
});

describe('gradients', () => {
  it('leaves every grad untouched', async () => {
    const x = leaf([1, 2]);
    const [slope] = gradients(x.square().sum(), [x]);
    expect(await (slope as Tensor).tolist()).toEqual([2, 4]);
    expect(x.grad).toBeUndefined();
  });

  it('can be differentiated again with createGraph', async () => {
    const x = leaf([2]);
    const [first] = gradients(x.pow(4).sum(), [x], { createGraph: true });
    const [second] = gradients((first as Tensor).sum(), [x], { createGraph: true });
    const [third] = gradients((second as Tensor).sum(), [x]);
    expect(await (first as Tensor).item()).toBeCloseTo(32, 9);
    expect(await (second as Tensor).item()).toBeCloseTo(48, 9);
    expect(await (third as Tensor).item()).toBeCloseTo(48, 9);
  });

  it('gives zeros or an error for an input that the output does not depend on', async () => {
    const [x, y] = [leaf([1]), leaf([5])];
    expect(() => gradients(x.square().sum(), [y])).toThrow(/allowUnused/);
    const [none] = gradients(x.square().sum(), [y], { allowUnused: true });
    expect(await (none as Tensor).tolist()).toEqual([0]);
  });

  it('gives a Hessian-vector product', async () => {
    // f = x² y: H = [[2y, 2x], [2x, 0]], at (3, 5) times (1, 2): (10 + 12, 6).
    const point = leaf([3, 5]);
    const value = point.select(0, 0).square().mul(point.select(0, 1));
    const [slope] = gradients(value, [point], { createGraph: true });
    const [product] = gradients((slope as Tensor).mul(tensor([1, 2])).sum(), [point]);
    expect(await (product as Tensor).tolist()).toEqual([22, 6]);
  });
});

describe('functional derivatives', () => {
  it('valueAndGrad gives both', async () => {
    const [value, [slope]] = valueAndGrad((x) => x.square().sum())(tensor([3]));
    expect(await value.item()).toBe(9);
    expect(await (slope as Tensor).tolist()).toEqual([6]);
  });

  it('grad composes', async () => {
    const cube = (x: Tensor) => x.mul(x).mul(x).sum();
    const second = grad((x) => (grad(cube)(x)[0] as Tensor).sum());
    expect(await (second(tensor([2]))[0] as Tensor).tolist()).toEqual([12]);
  });
});

describe('customGradient', () => {
  it('uses the given cotangents instead of the derived ones', async () => {
    const straightThrough = customGradient(
      (x) => x.round(),
      (cotangent) => [cotangent],
    );
    const x = leaf([1.4, 2.6]);
    const y = straightThrough(x);
    y.mul(tensor([1, 10]))
      .sum()
      .backward();
    expect(await y.tolist()).toEqual([1, 3]);
    expect(await (x.grad as Tensor).tolist()).toEqual([1, 10]);
  });

  it('can be differentiated twice when its backward is written in tensor operations', async () => {
    const square = customGradient(
      (x) => x.mul(x),
      (cotangent, { inputs: [x] }) => [cotangent.mul(x as Tensor).mul(2)],
    );
    const x = leaf([3]);
    const [first] = gradients(square(x).sum(), [x], { createGraph: true });
    const [second] = gradients((first as Tensor).sum(), [x]);
    expect(await (second as Tensor).tolist()).toEqual([2]);
  });

  it('gives the same with what is computed ahead, which a compiled function alone does', async () => {
    let calls = 0;
    const slope = (x: Tensor) => {
      calls++;
      return x.mul(2);
    };
    const square = customGradient(
      (x) => x.mul(x),
      (cotangent, { inputs: [x] }) => [cotangent.mul(slope(x as Tensor))],
      slope,
    );
    const x = leaf([3, -1]);
    const gradientOf = (of: Tensor) => gradients(square(of).sum(), [of])[0] as Tensor;
    expect(await gradientOf(x).tolist()).toEqual([6, -2]);
    expect(calls).toBe(1);
    expect(await compile(() => gradientOf(x))().tolist()).toEqual([6, -2]);
    expect(calls).toBe(3);
  });

  it('must return one cotangent per input', () => {
    const wrong = customGradient(
      (x) => x.mul(2),
      () => [],
    );
    expect(() =>
      wrong(leaf([1]))
        .sum()
        .backward(),
    ).toThrow(/one cotangent per input/);
  });
});

describe('Parameter', () => {
  it('has memory of its own and is replaced by assign without a trace', async () => {
    const source = randn([2]);
    const w = new Parameter(source);
    const y = w.mul(2);
    w.assign([7, 8]);
    y.sum().backward();
    expect(await w.tolist()).toEqual([7, 8]);
    expect(await (w.grad as Tensor).tolist()).toEqual([2, 2]);
    expect(await source.tolist()).not.toEqual([7, 8]);
    expect(() => y.assign([1, 2])).toThrow(/leaf/);
    expect(() => w.assign([1, 2, 3])).toThrow(/fill the shape/);
    expect(() => w.assign(tensor([1, 2], { dtype: 'int32' }))).toThrow(/dtype/);
  });
});
