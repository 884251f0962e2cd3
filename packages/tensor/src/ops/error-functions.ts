import { customGradient } from '../autograd/custom-gradient.ts';
import * as ops from '../autograd/operations.ts';
import type { Tensor } from '../tensor.ts';
import { inFloat32 } from './broadcast.ts';
import { polynomial } from './polynomial.ts';

/**
 * 1 - erf(x), with its digits where erf is nearly 1.
 *
 * Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation
 * 23 (1969), within 1e-15 in float64. The gradient is -2/√π e^(-x²).
 */
export function erfc(x: Tensor): Tensor {
  return inFloat32(x, withErfcGradient);
}

/**
 * The inverse of erf on (-1, 1); ±∞ at ±1, NaN outside.
 *
 * M. Giles, "Approximating the erfinv function", GPU Computing Gems (2010), in single precision; in float64 three of
 * Halley's steps follow, which cube the error. The gradient is √π/2 e^(y²).
 */
export function erfinv(x: Tensor): Tensor {
  return inFloat32(x, withErfinvGradient);
}

const withErfcGradient = /* @__PURE__ */ customGradient(erfcOf, (cotangent, { inputs: [x] }) => [
  ops.mul(ops.mul(cotangent, gauss(x as Tensor)), -2 / Math.sqrt(Math.PI)),
]);

const withErfinvGradient = /* @__PURE__ */ customGradient(erfinvOf, (cotangent, { output }) => [
  ops.mul(ops.mul(cotangent, ops.exp(ops.mul(output, output))), Math.sqrt(Math.PI) / 2),
]);

function erfcOf(x: Tensor): Tensor {
  const size = ops.abs(x);
  const near = ops.lt(size, 0.46875);
  const far = ops.gt(size, 4);
  // Where a branch is not taken it still must not divide by zero or overflow.
  const middle = ops.where(ops.or(near, far), 1, size);
  const outer = ops.where(far, size, 4);
  const square = ops.mul(outer, outer);
  const inverse = ops.div(ops.full(x.shape, 1, x.dtype), square);
  const tail = ops.div(ops.mul(inverse, polynomial(inverse, tailUpper)), polynomial(inverse, tailLower));
  const scaled = ops.where(
    far,
    ops.div(ops.sub(ops.full(x.shape, 1 / Math.sqrt(Math.PI), x.dtype), tail), outer),
    ops.div(polynomial(middle, middleUpper), polynomial(middle, middleLower)),
  );
  const upper = ops.mul(gauss(x), scaled);
  const whole = ops.where(ops.lt(x, 0), ops.sub(ops.full(x.shape, 2, x.dtype), upper), upper);
  return ops.where(near, ops.sub(ops.full(x.shape, 1, x.dtype), ops.erf(x)), whole);
}

function erfinvOf(x: Tensor): Tensor {
  const w = ops.neg(ops.log(ops.mul(ops.sub(ops.full(x.shape, 1, x.dtype), x), ops.add(x, 1))));
  const central = polynomial(ops.sub(w, 2.5), centralErfinv);
  const outer = polynomial(ops.sub(ops.sqrt(w), 3), outerErfinv);
  const ends = ops.eq(ops.abs(x), 1);
  let y = ops.mul(x, ops.where(ops.lt(w, 5), central, outer));
  if (x.dtype === 'float64') {
    // Nearer to 1 than single precision goes: e^(-y²) / (y √π) = 1 - x, solved for the y² of the exponent.
    const distant = ops.add(w, Math.LN2);
    const height = ops.sub(distant, ops.mul(ops.log(ops.mul(distant, Math.PI)), 0.5));
    y = ops.where(ops.lt(w, 16), y, ops.mul(ops.sign(x), ops.sqrt(height)));
    for (let step = 0; step < 3; step++) y = halley(x, ops.where(ends, 0, y));
  }
  return ops.where(ends, ops.mul(x, Infinity), y);
}

/** A step of Halley's method for erf(y) = x, by erfc where erf is nearly 1. */
function halley(x: Tensor, y: Tensor): Tensor {
  const outward = ops.sign(x);
  const rest = ops.sub(ops.full(x.shape, 1, x.dtype), ops.abs(x));
  const far = ops.mul(outward, ops.sub(rest, erfcOf(ops.abs(y))));
  const miss = ops.where(ops.gt(ops.abs(x), 0.5), far, ops.sub(ops.erf(y), x));
  const step = ops.div(ops.mul(miss, Math.sqrt(Math.PI) / 2), gauss(y));
  return ops.sub(y, ops.div(step, ops.add(ops.mul(y, step), 1)));
}

/** e^(-x²), from a part of x whose square is exact, so that large squares keep their digits. */
function gauss(x: Tensor): Tensor {
  // Beyond 30 it is 0 in float64; an infinity would give ∞ - ∞ below.
  const size = ops.minimum(ops.abs(x), 30);
  const coarse = ops.div(ops.trunc(ops.mul(size, 16)), 16);
  const fine = ops.mul(ops.sub(size, coarse), ops.add(size, coarse));
  return ops.mul(ops.exp(ops.neg(ops.mul(coarse, coarse))), ops.exp(ops.neg(fine)));
}

// Cody's coefficients for 0.46875 ≤ |x| ≤ 4 …
const middleUpper = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const middleLower = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
// … and beyond, in 1/x².
const tailUpper = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const tailLower = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];

// Giles' coefficients, table 5.
const centralErfinv = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const outerErfinv = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];
