import { ConfigError } from '@evenkeel/errors';
import { noGrad, Parameter, scope, type Tensor, vectorNorm } from '@evenkeel/tensor';
import { Module } from '../module/module.ts';
import { computeProperty, freezeProperty, takeParameter, tensorOf } from './computed-weight.ts';
import { registerParametrization } from './parametrized.ts';

export interface WeightNormOptions {
  /** Which parameter (default `'weight'`). */
  name?: string;
  /** The dimension that keeps a norm for each of its places (default 0); null for one norm of the whole. */
  dim?: number | null;
}

/**
 * Splits a parameter into length and direction, w = g · v / ‖v‖; `torch.nn.utils.weight_norm`, with that function's names in
 * the state dict: `weight_g` and `weight_v`. Returns the module; make the optimizer afterwards.
 *
 * Salimans and Kingma 2016, Weight normalization.
 *
 * ```ts
 * const layer = weightNorm(new Linear(4, 3)); // weight_g [3, 1], weight_v [3, 4]
 * ```
 *
 * @throws ConfigError when the module has no parameter of that name
 */
export function weightNorm<Kind extends Module>(module: Kind, options: WeightNormOptions = {}): Kind {
  const { name = 'weight', dim = 0 } = options;
  const weight = takeParameter(module, name, 'applying weight norm');
  const [g, v] = [`${name}_g`, `${name}_v`];
  Object.assign(module, { [g]: lengths(weight, dim), [v]: weight });
  computeProperty(module, name, (owner) => directed(tensorOf(owner, g), tensorOf(owner, v), dim));
  return module;
}

/**
 * Makes the normalized parameter an ordinary one again; `torch.nn.utils.remove_weight_norm`.
 *
 * @throws ConfigError when `weightNorm` was not applied to it
 */
export function removeWeightNorm<Kind extends Module>(module: Kind, name = 'weight'): Kind {
  const [g, v] = [`${name}_g`, `${name}_v`];
  if (!(tensorOf(module, g) && tensorOf(module, v))) {
    throw new ConfigError('there is no weight norm to remove', { op: 'removeWeightNorm', got: `'${name}'` });
  }
  freezeProperty(module, name);
  Reflect.deleteProperty(module, g);
  Reflect.deleteProperty(module, v);
  return module;
}

/**
 * As `weightNorm` with the state-dict names of `torch.nn.utils.parametrizations.weight_norm`:
 * `parametrizations.weight.original0` is g, `original1` is v.
 */
export function parametrizeWeightNorm<Kind extends Module>(module: Kind, options: WeightNormOptions = {}): Kind {
  const { name = 'weight', dim = 0 } = options;
  const weight = takeParameter(module, name, 'applying weight norm');
  registerParametrization(module, name, new WeightNorm(weight, dim));
  return module;
}

class WeightNorm extends Module {
  readonly dim: number | null;
  original0: Parameter;
  original1: Parameter;

  constructor(weight: Parameter, dim: number | null) {
    super();
    this.dim = dim;
    this.original0 = lengths(weight, dim);
    this.original1 = weight;
  }

  override forward(): Tensor {
    return directed(this.original0, this.original1, this.dim);
  }
}

function lengths(weight: Tensor, dim: number | null): Parameter {
  return noGrad(() => new Parameter(normExcept(weight, dim)));
}

function directed(g: Tensor, v: Tensor, dim: number | null): Tensor {
  return scope(() => v.mul(g.div(normExcept(v, dim))));
}

/** The Euclidean norm over all dimensions but one, which stays with the others as 1. */
function normExcept(v: Tensor, dim: number | null): Tensor {
  // −1 is PyTorch's other word for none.
  if (dim === null || dim === -1) return vectorNorm(v, 2);
  const others = v.shape.map((_, d) => d).filter((d) => d !== (dim < 0 ? dim + v.ndim : dim));
  return others.length === 0 ? v.abs() : vectorNorm(v, 2, others, { keepdim: true });
}
