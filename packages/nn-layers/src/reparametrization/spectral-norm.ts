import { ConfigError } from '@evenkeel/errors';
import { hostGuard, movedim, noGrad, type Parameter, randn, scope, type Tensor } from '@evenkeel/tensor';
import { normalize } from '../functional/normalization.ts';
import { type ForwardPreHook, Module, without } from '../module/module.ts';
import { checkSizes } from '../module/size-check.ts';
import { computeProperty, freezeProperty, takeParameter, tensorOf } from './computed-weight.ts';
import { registerParametrization } from './parametrized.ts';

export interface SpectralNormOptions {
  /** Which parameter (default `'weight'`). */
  name?: string;
  /** Steps of the power iteration at each call in training (default 1). */
  nPowerIterations?: number;
  /** The least norm a vector is divided by (default 1e-12). */
  eps?: number;
  /** The dimension that counts outputs (default 1 for transposed convolutions, 0 for everything else). */
  dim?: number;
}

// Which parameter each hook belongs to; copies of a module share its hooks.
const iterations = new WeakMap<ForwardPreHook, string>();

/**
 * Divides a parameter by its largest singular value, w / σ(w), estimated by power iteration; `torch.nn.utils.spectral_norm`,
 * with that function's names in the state dict: `weight_orig` and the buffers `weight_u` and `weight_v`. The iteration goes
 * on at each call in training. Returns the module; make the optimizer afterwards.
 *
 * Miyato et al. 2018, Spectral normalization for generative adversarial networks.
 *
 * ```ts
 * const critic = spectralNorm(new Conv2d(3, 8, 3)); // weight_orig [8, 3, 3, 3], weight_u [8], weight_v [27]
 * ```
 *
 * @throws ConfigError when the module has no parameter of that name, or the steps are not positive
 */
export function spectralNorm<Kind extends Module>(module: Kind, options: SpectralNormOptions = {}): Kind {
  const { name = 'weight', nPowerIterations = 1, eps = 1e-12, dim = outputDimension(module) } = options;
  checkSizes('spectralNorm', { nPowerIterations });
  const weight = takeParameter(module, name, 'applying spectral norm');
  const [original, u, v] = namesOf(name);
  Object.assign(module, { [original]: weight });
  const [rows = 0, columns = 0] = matrixOf(weight, dim).shape;
  for (const [buffer, size] of [
    [u, rows],
    [v, columns],
  ] as const) {
    module.registerBuffer(buffer, normalize(randn([size], { dtype: weight.dtype }), { dim: 0, eps }));
  }
  const hook: ForwardPreHook = (owner) => {
    if (!owner.training) return undefined;
    noGrad(() => {
      const matrix = matrixOf(tensorOf(owner, original), dim);
      for (let step = 0; step < nPowerIterations; step++) {
        tensorOf(owner, v).assign(normalize(matrix.t().matmul(tensorOf(owner, u)), { dim: 0, eps }));
        tensorOf(owner, u).assign(normalize(matrix.matmul(tensorOf(owner, v)), { dim: 0, eps }));
      }
    });
    return undefined;
  };
  iterations.set(hook, name);
  module.registerForwardPreHook(hook);
  computeProperty(module, name, (owner) =>
    divided(tensorOf(owner, original), tensorOf(owner, u), tensorOf(owner, v), dim),
  );
  return module;
}

/**
 * Makes the normalized parameter an ordinary one again; `torch.nn.utils.remove_spectral_norm`.
 *
 * @throws ConfigError when `spectralNorm` was not applied to it
 */
export function removeSpectralNorm<Kind extends Module>(module: Kind, name = 'weight'): Kind {
  const hook = [...module['forwardPreHooks']].find((each) => iterations.get(each) === name);
  if (!hook) {
    throw new ConfigError('there is no spectral norm to remove', { op: 'removeSpectralNorm', got: `'${name}'` });
  }
  module['forwardPreHooks'] = without(module['forwardPreHooks'], hook);
  freezeProperty(module, name);
  for (const each of namesOf(name)) {
    Reflect.deleteProperty(module, each);
    module['bufferNames'].delete(each);
  }
  return module;
}

/**
 * As `spectralNorm` with the state-dict names of `torch.nn.utils.parametrizations.spectral_norm`:
 * `parametrizations.weight.original` and `parametrizations.weight.0._u` and `._v`. As there, fifteen steps of the iteration are
 * made at once, and `nPowerIterations` at each access to the weight in training.
 */
export function parametrizeSpectralNorm<Kind extends Module>(module: Kind, options: SpectralNormOptions = {}): Kind {
  const { name = 'weight', nPowerIterations = 1, eps = 1e-12, dim = outputDimension(module) } = options;
  checkSizes('spectralNorm', { nPowerIterations });
  const weight = takeParameter(module, name, 'applying spectral norm');
  registerParametrization(
    module,
    name,
    new SpectralNorm(weight, dim, new PowerIteration(weight, dim, eps), nPowerIterations),
  );
  return module;
}

class SpectralNorm extends Module {
  readonly dim: number;
  readonly nPowerIterations: number;
  original: Parameter;
  0: PowerIteration;

  constructor(weight: Parameter, dim: number, iteration: PowerIteration, nPowerIterations: number) {
    super();
    this.dim = dim;
    this.nPowerIterations = nPowerIterations;
    this.original = weight;
    this[0] = iteration;
  }

  override forward(): Tensor {
    const { original, dim } = this;
    // PyTorch only scales a vector to length one.
    if (original.ndim === 1) return normalize(original, { dim: 0, eps: this[0].eps });
    if (hostGuard(() => this.training)) this[0].forward(matrixOf(original, dim), this.nPowerIterations);
    return divided(original, this[0]._u as Tensor, this[0]._v as Tensor, dim);
  }
}

class PowerIteration extends Module {
  readonly eps: number;
  declare _u: Tensor | undefined;
  declare _v: Tensor | undefined;

  constructor(weight: Parameter, dim: number, eps: number) {
    super();
    this.eps = eps;
    if (weight.ndim === 1) return;
    const matrix = matrixOf(weight, dim);
    for (const [name, size] of [
      ['_u', matrix.shape[0]],
      ['_v', matrix.shape[1]],
    ] as const) {
      this.registerBuffer(name, normalize(randn([size as number], { dtype: weight.dtype }), { dim: 0, eps }));
    }
    this.forward(matrix, 15);
  }

  override forward(matrix: Tensor, steps: number): void {
    const [u, v] = [this._u as Tensor, this._v as Tensor];
    noGrad(() => {
      for (let step = 0; step < steps; step++) {
        u.assign(normalize(matrix.matmul(v), { dim: 0, eps: this.eps }));
        v.assign(normalize(matrix.t().matmul(u), { dim: 0, eps: this.eps }));
      }
    });
  }
}

function namesOf(name: string): [original: string, u: string, v: string] {
  return [`${name}_orig`, `${name}_u`, `${name}_v`];
}

/** w / (uᵀ w v); u and v are constants, and copies, for the buffers move on before the gradient is asked for. */
function divided(weight: Tensor, u: Tensor, v: Tensor, dim: number): Tensor {
  return scope(() => {
    const [left, right] = noGrad(() => [u.clone(), v.clone()] as const);
    return weight.div(matrixOf(weight, dim).matmul(right).mul(left).sum());
  });
}

/** The weight as a matrix with one row for each place of `dim`. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  return movedim(weight, dim, 0).reshape([weight.shape.at(dim) as number, -1]);
}

function outputDimension(module: Module): number {
  return (module as { outputDimension?: number }).outputDimension ?? 0;
}
