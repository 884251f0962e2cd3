import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import type { Tensor } from '../tensor.ts';
import { inFloat32 } from './broadcast.ts';
import { polynomial } from './polynomial.ts';

/**
 * log |Γ(x)|; ∞ at 0 and the negative integers. Its gradient is `digamma`.
 *
 * Near 2 the Taylor series with (ζ(k) - 1) / k (Abramowitz and Stegun, 6.1.33), which keeps the zeros at 1 and 2; others up to 8 are
 * brought there by Γ(x + 1) = x Γ(x), beyond 8 Stirling's series (6.1.41), below 0 the reflection (6.1.17).
 */
export function lgamma(x: Tensor): Tensor {
  return inFloat32(x, withDigammaGradient);
}

/** d/dx log Γ(x): the asymptotic series at x + 10 (Abramowitz and Stegun, 6.3.18), and reflection below 0; -∞ at 0, NaN at the negative integers. */
export function digamma(x: Tensor): Tensor {
  return inFloat32(x, digammaOf);
}

const withDigammaGradient = /* @__PURE__ */ customGradient(lgammaOf, (cotangent, { inputs: [x] }) => [
  ops.mul(cotangent, digammaOf(x as Tensor)),
]);

function lgammaOf(x: Tensor): Tensor {
  const reflected = ops.lt(x, 0);
  const positive = ops.where(reflected, ops.sub(one(x), x), x);
  const value = ops.where(ops.gt(positive, 8), stirling(positive), aroundTwo(positive));
  const turned = ops.sub(ops.log(ops.div(ops.full(x.shape, Math.PI, x.dtype), ops.abs(sinPi(x)))), value);
  const whole = ops.where(reflected, turned, value);
  return ops.where(ops.eq(ops.abs(x), Infinity), Infinity, whole);
}

function stirling(x: Tensor): Tensor {
  const inverse = ops.div(one(x), x);
  const series = ops.mul(inverse, polynomial(ops.mul(inverse, inverse), stirlingSeries()));
  const main = ops.mul(ops.sub(x, 0.5), ops.sub(ops.log(x), 1));
  return ops.add(ops.add(main, series), 0.5 * Math.log(2 * Math.PI) - 0.5);
}

/** For 0 ≤ x ≤ 8: steps of 1 into [1.5, 2.5], whose factors are gathered for one logarithm each way. */
function aroundTwo(x: Tensor): Tensor {
  // The distance to 2, which is exact near both zeros.
  let z = ops.sub(ops.minimum(x, 8), 2);
  let [above, below] = [one(x), one(x)];
  for (let step = 0; step < 6; step++) {
    const high = ops.gt(z, 0.5);
    z = ops.where(high, ops.sub(z, 1), z);
    above = ops.where(high, ops.mul(above, ops.add(z, 2)), above);
  }
  for (let step = 0; step < 2; step++) {
    const low = ops.lt(z, -0.5);
    // x itself where it is the factor: a small one would be lost in z + 2.
    below = ops.where(low, ops.mul(below, step === 0 ? x : ops.add(z, 2)), below);
    z = ops.where(low, ops.add(z, 1), z);
  }
  const series = ops.mul(z, polynomial(z, taylorAtTwo));
  return ops.add(series, ops.sub(ops.log(above), ops.log(below)));
}

function digammaOf(x: Tensor): Tensor {
  const reflected = ops.lt(x, 0);
  const positive = ops.where(reflected, ops.sub(one(x), x), x);
  const far = ops.add(positive, 10);
  const inverse = ops.div(one(x), far);
  const square = ops.mul(inverse, inverse);
  const series = ops.mul(square, polynomial(square, digammaSeries()));
  let value = ops.sub(ops.sub(ops.log(far), ops.mul(inverse, 0.5)), series);
  for (let k = 0; k < 10; k++) value = ops.sub(value, ops.div(one(x), ops.add(positive, k)));
  const rest = ops.sub(x, ops.round(x));
  const pole = ops.and(reflected, ops.eq(rest, 0));
  // Where no reflection is needed, an angle whose tangent is 1.
  const angle = ops.mul(ops.where(ops.and(reflected, ops.ne(rest, 0)), rest, 0.25), Math.PI);
  const turn = ops.div(ops.mul(ops.cos(angle), Math.PI), ops.sin(angle));
  const whole = ops.where(reflected, ops.sub(value, turn), value);
  return ops.where(pole, Number.NaN, whole);
}

/** sin πx, exactly 0 at integers. */
function sinPi(x: Tensor): Tensor {
  return ops.sin(ops.mul(ops.sub(x, ops.round(x)), Math.PI));
}

function one(x: Tensor): Tensor {
  return ops.full(x.shape, 1, x.dtype);
}

/** B₂ₖ / (2k (2k - 1)), the highest first. */
const stirlingSeries = () => [-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

/** B₂ₖ / 2k, the highest first. */
const digammaSeries = () => [1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12];

/** (-1)ᵏ (ζ(k) - 1) / k from k = 26 down to 2, then 1 - γ. */
const taylorAtTwo = [
  5.731367241678862e-10, -1.1921401405860912e-9, 2.4836745438024785e-9, -5.183475041970047e-9, 1.0838659214896955e-8,
  -2.2711094608943164e-8, 4.7698101693639804e-8, -1.00432248239681e-7, 2.1207184805554667e-7, -4.492469198764566e-7,
  9.55141213040742e-7, -2.039215753801366e-6, 4.374866789907488e-6, -9.439488275268397e-6, 2.050721277567069e-5,
  -4.492623673813314e-5, 9.945751278180853e-5, -0.00022315475845357939, 0.0005096695247430425, -0.001192753911703261,
  0.0028905103307415234, -0.007385551028673986, 0.020580808427784546, -0.06735230105319809, 0.3224670334241132,
  0.42278433509846713,
];
