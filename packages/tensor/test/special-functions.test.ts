import { digamma, erfc, erfinv, lgamma, type Tensor, tensor } from '@evenkeel/tensor';
import { describe, expect, it } from 'vitest';
import { expectGradient } from './gradient-check.ts';
import { onOracle } from './on-oracle.ts';

onOracle();

// Computed with 30 digits (mpmath 1.3): functions of exactly these numbers.
const erfcTable = [
  [-6, 2.0],
  [-2, 1.9953222650189526],
  [-0.5, 1.5204998778130465],
  [-0.1, 1.1124629160182848],
  [0, 1.0],
  [0.1, 0.887537083981715],
  [0.46, 0.5153446099983203],
  [0.47, 0.5062549491139179],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [2, 0.004677734981047266],
  [3.9, 3.4792248597231765e-8],
  [4.1, 6.700027654084918e-9],
  [6, 2.1519736712498913e-17],
  [10, 2.088487583762545e-45],
  [25, 8.300172571196523e-274],
] as const;
const erfinvTable = [
  [-0.999999, -3.458910737275499],
  [-0.9, -1.1630871536766743],
  [-0.5, -0.4769362762044699],
  [-1e-8, -8.86226925452758e-9],
  [0, 0.0],
  [0.1, 0.08885599049425769],
  [0.49, 0.46586860023505733],
  [0.51, 0.4881220505159588],
  [0.9, 1.1630871536766743],
  [0.99, 1.8213863677184494],
  [0.999999999, 4.320005388105362],
  [0.9999999999999999, 5.8635847487551676],
] as const;
const lgammaTable = [
  [-3.7, -1.3797399049658245],
  [-2.5, -0.056243716497674054],
  [-0.5, 1.2655121234846454],
  [-0.01, 4.611024992752801],
  [1e-8, 18.42068073818021],
  [0.3, 1.0957979948180756],
  [0.5, 0.5723649429247001],
  [1, 0.0],
  [1.0001, -5.771334222047127e-5],
  [1.5, -0.12078223763524522],
  [1.9999, -4.227520877215346e-5],
  [2, 0.0],
  [2.5, 0.2846828704729192],
  [3, 0.6931471805599453],
  [4.2, 2.04855563696059],
  [7.99, 8.50501160608848],
  [8.01, 8.545324429747733],
  [20.5, 40.8315009745308],
  [1000, 5905.220423209181],
  [1e20, 4.505170185988091e21],
] as const;
const digammaTable = [
  [-3.7, -0.8450768588704194],
  [-2.5, 1.103156640645243],
  [-0.5, 0.03648997397857652],
  [-0.01, 99.4062136959444],
  [1e-6, -1000000.57721402],
  [0.3, -3.502524222200133],
  [0.5, -1.9635100260214235],
  [1, -0.5772156649015329],
  [1.5, 0.03648997397857652],
  [2, 0.42278433509846713],
  [4.2, 1.3113388912865995],
  [9, 2.14064147795561],
  [20.5, 2.9958363947076467],
  [1000000.0, 13.815510057964191],
] as const;
const functions = [
  ['erfc', erfc, erfcTable],
  ['erfinv', erfinv, erfinvTable],
  ['lgamma', lgamma, lgammaTable],
  ['digamma', digamma, digammaTable],
] as const;

describe.each(functions)('%s', (_name, fn, table) => {
  const points = table.map(([x]) => x);
  const off = async (dtype: 'float32' | 'float64') => {
    const got = await (fn as (x: Tensor) => Tensor)(tensor(points, { dtype })).data();
    return table.map(([, want], i) => Math.abs((got[i] as number) - want) / Math.max(Math.abs(want), 1e-300));
  };

  it('agrees with 30 digits in float64', async () => {
    // Near a zero of lgamma the distance to it is what the result is made of.
    expect(Math.max(...(await off('float64')).filter((_, i) => table[i]?.[1] !== 0))).toBeLessThan(2e-13);
  });

  it('has the gradient that differences have', async () => {
    const tame = points.filter((x) => Math.abs(x) > 0.2 && Math.abs(x) < (fn === erfinv ? 0.95 : 9));
    await expectGradient(fn, tame);
  });
});

describe('special functions at the edges', () => {
  it('erfinv is infinite at the ends and NaN beyond them', async () => {
    expect(await erfinv(tensor([-1, 1, 1.5, Number.NaN])).tolist()).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('erfc is 2, 0 and NaN at -∞, ∞ and NaN', async () => {
    const x = tensor([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN]);
    expect(await erfc(x).tolist()).toEqual([2, 0, Number.NaN]);
  });

  it('erfc keeps its digits in float32 where erf is 1', async () => {
    const got = await erfc(tensor([4, 8], { dtype: 'float32' })).data();
    expect((got[0] as number) / 1.541725790028002e-8).toBeCloseTo(1, 5);
    expect((got[1] as number) / 1.1224297172982928e-29).toBeCloseTo(1, 5);
  });

  it('lgamma is infinite at 0, the negative integers and both infinities, and exactly 0 at 1 and 2', async () => {
    const inf = Number.POSITIVE_INFINITY;
    expect(await lgamma(tensor([0, -1, -7, inf, -inf, 1, 2])).tolist()).toEqual([inf, inf, inf, inf, inf, 0, 0]);
  });

  it('digamma is -∞ at 0 and NaN at the negative integers', async () => {
    expect(await digamma(tensor([0, -1, -7])).tolist()).toEqual([Number.NEGATIVE_INFINITY, Number.NaN, Number.NaN]);
  });

  it('digamma differentiated again is the trigamma function', async () => {
    // ψ'(1) = π²/6, ψ'(1/2) = π²/2.
    const x = tensor([1, 0.5], { requiresGrad: true });
    digamma(x).sum().backward();
    const [one, half] = await (x.grad as Tensor).data();
    expect(one).toBeCloseTo(Math.PI ** 2 / 6, 12);
    expect(half).toBeCloseTo(Math.PI ** 2 / 2, 12);
  });
});
