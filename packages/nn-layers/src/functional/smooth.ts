import { customGradient, erf, inFloat32, log1p, scope, type Tensor, where } from '@evenkeel/tensor';

/** A function of each element whose slope is given; as a whole it is less to keep for the gradient than what it is made of. */
function withSlope(value: (x: Tensor) => Tensor, slope: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  // What is kept has the dtype of what is given.
  const rounded = (fn: typeof value) => (x: Tensor) => inFloat32(x, fn, true);
  const ahead = rounded(slope);
  return customGradient(rounded(value), (cotangent, { inputs: [x] }) => [cotangent.mul(ahead(x as Tensor))], ahead);
}

/** Φ, the standard normal distribution function. */
function normalDistribution(x: Tensor): Tensor {
  return erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
}

const normalDensityAt0 = 1 / Math.sqrt(2 * Math.PI);

const exactGelu = /* @__PURE__ */ withSlope(
  (x) => normalDistribution(x).mul(x),
  (x) => normalDistribution(x).add(x.square().mul(-0.5).exp().mul(normalDensityAt0).mul(x)),
);

const geluScale = Math.sqrt(2 / Math.PI);
const geluCube = 0.044715;

/** Nearly Φ: (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, of the tanh. */
function bent(x: Tensor): Tensor {
  return x.square().mul(geluCube).add(1).mul(x).mul(geluScale).tanh();
}

const tanhGelu = /* @__PURE__ */ withSlope(
  (x) => bent(x).add(1).mul(0.5).mul(x),
  (x) => {
    const inner = x
      .square()
      .mul(3 * geluCube)
      .add(1)
      .mul(0.5 * geluScale);
    const t = bent(x);
    return t.add(1).mul(0.5).add(t.square().neg().add(1).mul(inner).mul(x));
  },
);

const sigmoidal = /* @__PURE__ */ withSlope(
  (x) => x.mul(x.sigmoid()),
  (x) => {
    const s = x.sigmoid();
    return s.add(x.mul(s).mul(s.neg().add(1)));
  },
);

/**
 * x · Φ(x), with Φ the standard normal distribution function; Hendrycks and Gimpel 2016.
 *
 * @param options.approximate `none` (default): by erf; `tanh`: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
 */
export function gelu(input: Tensor, options: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  return scope(() => (options.approximate === 'tanh' ? tanhGelu(input) : exactGelu(input)));
}

/** x · sigmoid(x), also called swish; Elfwing, Uchibe and Doya 2018. */
export function silu(input: Tensor): Tensor {
  return scope(() => sigmoidal(input));
}

/**
 * log(1 + e^(beta x)) / beta, and x itself where beta · x is over the threshold.
 *
 * @param options.beta default 1
 * @param options.threshold default 20
 */
export function softplus(input: Tensor, options: { beta?: number; threshold?: number } = {}): Tensor {
  const { beta = 1, threshold = 20 } = options;
  return inFloat32(input, (input) => {
    const scaled = beta === 1 ? input : input.mul(beta);
    // The clamp keeps exp finite where its result is not used: 0 · ∞ would be a NaN in the gradient.
    const smooth = log1p(scaled.clamp({ max: threshold }).exp());
    return where(scaled.gt(threshold), input, beta === 1 ? smooth : smooth.mul(1 / beta));
  });
}

/** x · tanh(softplus(x)); Misra 2019. */
export function mish(input: Tensor): Tensor {
  return inFloat32(input, (input) => input.mul(softplus(input).tanh()));
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return scope(() => input.div(input.abs().add(1)));
}

/** log(sigmoid(x)), without the overflow of the two one after the other. */
export function logsigmoid(input: Tensor): Tensor {
  // At 40, log(1 + e^x) is x to the last bit of a float64.
  return inFloat32(input, (input) => softplus(input.neg(), { threshold: 40 }).neg());
}

/** x − tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  return scope(() => input.sub(input.tanh()));
}
