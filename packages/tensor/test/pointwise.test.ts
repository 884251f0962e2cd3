import '@evenkeel/tensor/methods';
import {
  addcdiv,
  addcmul,
  atan2,
  bitwiseAnd,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  copysign,
  deg2rad,
  floorDivide,
  fmax,
  fmin,
  gcd,
  gradients,
  heaviside,
  hypot,
  lcm,
  ldexp,
  logaddexp,
  logaddexp2,
  logit,
  nanToNum,
  positive,
  rad2deg,
  round,
  rsub,
  sgn,
  signbit,
  sinc,
  type Tensor,
  tensor,
  trueDivide,
  xlogy,
} from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const ints = (data: number[]) => tensor(data, { dtype: 'int32' });
const values = (x: Tensor) => x.tolist();
/** The slopes of a function of two at one point each. */
const slopes = async (fn: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]) => {
  const inputs = [tensor(a, { requiresGrad: true }), tensor(b, { requiresGrad: true })];
  return Promise.all(gradients(fn(...(inputs as [Tensor, Tensor])).sum(), inputs).map((slope) => slope.tolist()));
};

describe('functions of two floats', () => {
  it.each([
    ['hypot', hypot],
    ['logaddexp', logaddexp],
    ['logaddexp2', logaddexp2],
    ['atan2', atan2],
    ['fmax', fmax],
    ['fmin', fmin],
    ['copysign', (a: Tensor, b: Tensor) => copysign(a, b.detach())],
  ])('%s has the gradient that differences have, on broadcast sides too', async (name, fn) => {
    const a = [
      [0.3, -1.2, 2.5],
      [-0.7, 1.9, -3.1],
    ];
    await (name === 'copysign'
      ? expectGradient((x) => fn(x, tensor([0.4, -2.1, 0.9])), a)
      : expectGradient(fn as (a: Tensor, b: Tensor) => Tensor, a, [0.4, -2.1, 0.9]));
  });

  it('xlogy has the gradient that differences have where the logarithm exists', async () => {
    await expectGradient((a, b) => xlogy(a, b), [0.3, -1.2, 0], [0.4, 2.1, 0.9]);
  });

  it('hypot neither overflows nor loses small sides, and is infinite beside an infinity', async () => {
    const result = await hypot(
      tensor([3, 3e38, 3e-30, 0, inf], { dtype: 'float32' }),
      tensor([4, 4, 4e-30, 0, nan], { dtype: 'float32' }),
    ).data();
    expect(result[0]).toBe(5);
    expect(result[1]).toBe(Math.fround(3e38));
    expect((result[2] as number) / 5e-30).toBeCloseTo(1, 6);
    expect([result[3], result[4]]).toEqual([0, inf]);
  });

  it('logaddexp is log 2 above two equal numbers however large, and knows infinities', async () => {
    const [a, b] = [
      [1000, -1000, inf, -inf, inf],
      [1000, -1000, -inf, -inf, inf],
    ];
    expect(await values(logaddexp(tensor(a), tensor(b)))).toEqual([1000 + Math.LN2, -1000 + Math.LN2, inf, -inf, inf]);
    expect(await values(logaddexp2(tensor([1000]), tensor([1000])))).toEqual([1001]);
  });

  it('xlogy is 0 at 0 whatever the logarithm, but NaN stays', async () => {
    expect(await values(xlogy(tensor([0, 0, 0, 2]), tensor([0, inf, nan, 1])))).toEqual([0, 0, nan, 0]);
    expect(await slopes(xlogy, [0], [0])).toEqual([[0], [nan]]);
  });

  it('fmax and fmin prefer numbers to NaN and give ties to the first', async () => {
    expect(await values(fmax(tensor([nan, 1, nan]), tensor([2, nan, nan])))).toEqual([2, 1, nan]);
    expect(await values(fmin(tensor([3, 1]), tensor([2, nan])))).toEqual([2, 1]);
    expect(await slopes(fmax, [1, nan], [1, 2])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('signbit and copysign know -0', async () => {
    expect(await values(signbit(tensor([-0, 0, -2, 2, -inf])))).toEqual([1, 0, 1, 0, 1]);
    const [low, high] = await copysign(tensor([3, -3]), tensor([-0, 0])).data();
    expect([low, high]).toEqual([-3, 3]);
  });

  it('atan2 has slopes on the axis, where y / x has none', async () => {
    // d/dy atan2(y, x) = x / (x² + y²), d/dx = -y / (x² + y²).
    expect(await slopes(atan2, [2, -4], [0, 0])).toEqual([
      [0, 0],
      [-0.5, 0.25],
    ]);
  });

  it('heaviside takes its value at 0 from the second', async () => {
    expect(await values(heaviside(tensor([-2, 0, 3, nan]), tensor(0.5)))).toEqual([0, 0.5, 1, 0]);
  });
});

describe('functions of one', () => {
  it('sinc is 1 at 0 and has slope 0 there', async () => {
    const x = tensor([0, 0.5, 1], { requiresGrad: true });
    const [slope] = gradients(sinc(x).sum(), [x]);
    const [atZero, half, one] = await sinc(x).data();
    expect([atZero, half]).toEqual([1, 2 / Math.PI]);
    expect(one).toBeCloseTo(0, 15);
    expect((await (slope as Tensor).data())[0]).toBe(0);
    await expectGradient((v) => sinc(v), [0.3, -1.7, 2.2]);
  });

  it('logit undoes sigmoid, is NaN outside [0, 1], and holds x back with eps', async () => {
    const x = [-3, 0, 0.5, 7];
    const back = await logit(tensor(x).sigmoid()).data();
    x.forEach((value, i) => {
      expect(back[i]).toBeCloseTo(value, 10);
    });
    expect(await values(logit(tensor([-1, 0, 1, 2])))).toEqual([nan, -inf, inf, nan]);
    expect(await logit(tensor(2), { eps: 0.25 }).item()).toBeCloseTo(Math.log(3), 12);
    await expectGradient((v) => logit(v, { eps: 0.1 }), [0.05, 0.3, 0.8, 0.97]);
  });

  it('turns degrees into radians and back', async () => {
    expect(await deg2rad(ints([180])).item()).toBeCloseTo(Math.PI, 14);
    expect(await rad2deg(tensor(Math.PI / 2)).item()).toBeCloseTo(90, 12);
  });

  it('nanToNum replaces what is no number, by the largest ones unless told otherwise', async () => {
    const x = tensor([nan, inf, -inf, 2], { requiresGrad: true });
    expect(await values(nanToNum(x))).toEqual([0, Number.MAX_VALUE, -Number.MAX_VALUE, 2]);
    expect(await values(nanToNum(x, { nan: 1, posinf: 5, neginf: -5 }))).toEqual([1, 5, -5, 2]);
    expect(await values(gradients(nanToNum(x).sum(), [x])[0] as Tensor)).toEqual([0, 0, 0, 1]);
  });

  it('rounds to decimals, halves to even', async () => {
    expect(await values(round(tensor([1.25, -1.75, 3]), { decimals: 1 }))).toEqual([1.2, -1.8, 3]);
    expect(await values(round(tensor([250, 350, 1234]), { decimals: -2 }))).toEqual([200, 400, 1200]);
  });

  it('sgn is the sign and positive is x', async () => {
    expect(await values(sgn(tensor([-2, 0, 3])))).toEqual([-1, 0, 1]);
    expect(await values(positive(tensor([-2, 3])))).toEqual([-2, 3]);
  });
});

describe('arithmetic under PyTorch’s other names', () => {
  it('rsub subtracts from', async () => {
    expect(await values(rsub(tensor([1, 2]), 10, { alpha: 2 }))).toEqual([8, 6]);
  });

  it('divides whole numbers down, and truly', async () => {
    expect(await values(floorDivide(ints([7, -7]), 2))).toEqual([3, -4]);
    expect(await values(trueDivide(ints([7, -7]), 2))).toEqual([3.5, -3.5]);
  });

  it('addcmul and addcdiv scale a product and a quotient', async () => {
    const [x, a, b] = [
      [1, 2],
      [3, 4],
      [2, 8],
    ].map((data) => tensor(data)) as [Tensor, Tensor, Tensor];
    expect(await values(addcmul(x, a, b, { value: 0.5 }))).toEqual([4, 18]);
    expect(await values(addcdiv(x, a, b, { value: 2 }))).toEqual([4, 3]);
    await expectGradient((p, q, r) => addcdiv(p, q, r, { value: -3 }), [1, 2], [3, 4], [2, 8]);
  });

  it('ldexp multiplies by a power of two', async () => {
    expect(await values(ldexp(tensor([3, -1]), ints([4, -1])))).toEqual([48, -0.5]);
  });

  it('gcd and lcm agree with the schoolbook, zeros and Fibonacci numbers included', async () => {
    expect(await values(gcd(ints([12, -18, 0, 7, 1836311903]), ints([8, 27, 0, 0, 1134903170])))).toEqual([
      4, 9, 0, 7, 1,
    ]);
    expect(await values(lcm(ints([4, -6, 0]), ints([6, 8, 5])))).toEqual([12, 24, 0]);
  });
});

describe('bits', () => {
  const [a, b] = [
    [12, -7, 2 ** 31 - 1, 0],
    [10, 3, -1, 5],
  ] as const;

  it('agrees with JavaScript on 32 bits', async () => {
    const [x, y] = [ints([...a]), ints([...b])];
    expect(await values(bitwiseAnd(x, y))).toEqual(a.map((v, i) => v & (b[i] as number)));
    expect(await values(bitwiseOr(x, y))).toEqual(a.map((v, i) => v | (b[i] as number)));
    expect(await values(bitwiseXor(x, y))).toEqual(a.map((v, i) => v ^ (b[i] as number)));
    expect(await values(bitwiseNot(x))).toEqual(a.map((v) => ~v));
  });

  it('shifts by 0 to 31 places, keeping the sign on the way down', async () => {
    const places = [0, 1, 5, 30, 31];
    for (const value of [1, -1, 77, -77, 2 ** 31 - 1, -(2 ** 31)]) {
      const x = ints(places.map(() => value));
      expect(await values(bitwiseLeftShift(x, ints(places)))).toEqual(places.map((n) => value << n));
      expect(await values(bitwiseRightShift(x, ints(places)))).toEqual(places.map((n) => value >> n));
    }
  });

  it('is logical on bools and refused on floats', async () => {
    expect(await values(bitwiseNot(tensor([true, false])))).toEqual([0, 1]);
    expect(() => bitwiseAnd(tensor([1.5]), 1)).toThrow(/bitwiseAnd works on bits/);
  });
});

it('are methods too, once the methods are imported', async () => {
  expect(await tensor([3]).hypot(4).item()).toBe(5);
  expect(await values(ints([6]).bitwiseAnd(3))).toEqual([2]);
});
