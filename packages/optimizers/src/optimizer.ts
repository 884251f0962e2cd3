import { closeStep, hostGuard, noGrad, type Tensor, type TensorLike } from '@evenkeel/tensor';
import { checkHyperparameters, type Hyperparameters, type Rule, type Rules, rulesOf } from './hyperparameters.ts';
import {
  completeGroup,
  type ParameterGroup,
  type ParameterGroupOptions,
  type Parameters,
  parameterGroups,
  refuseRepeats,
} from './parameter-group.ts';
import { type ParameterState, Slot } from './slot.ts';
import { loadOptimizerState, type OptimizerStateDict, optimizerState } from './state-dict.ts';
import { chain, perParameter, type Transform } from './transform.ts';
import { ascendIfMaximizing } from './transforms/ascend.ts';

/** What makes one optimizer different from another: its arithmetic and the options it takes, with their defaults. */
export interface Recipe<Options extends Hyperparameters> {
  /** For error messages. */
  name?: string;
  transform: Transform;
  /** Options that are not named here are refused; numbers must not be negative, lists are decay rates in [0, 1). */
  defaults: Options;
  /** What options may be that are neither. */
  rules?: Readonly<Record<string, Rule>>;
}

/**
 * Moves parameters against their gradients, by a chain of transforms.
 *
 * Used as in PyTorch: `optimizer.zeroGrad()`, `loss.backward()`, `optimizer.step()`. A parameter without a gradient
 * is left alone. `paramGroups` may be changed between steps: `optimizer.paramGroups[0].lr = 1e-4`.
 *
 * `new AdamW(model.parameters(), { lr: 1e-3 })` and the like are this class with a recipe; a new one is
 * `new Optimizer(parameters, { transform: chain(clipByGlobalNorm(1), scaleByAdam(), scaleByLearningRate()), defaults: { lr: 1e-3 } })`.
 *
 * ```ts
 * const transform = chain(clipByGlobalNorm(1), scaleByLearningRate());
 * const optimizer = new Optimizer([weight], { transform, defaults: { lr: 0.5 } }); // weight is 3
 * weight.square().backward();
 * optimizer.step();
 * console.log((await weight.item()).toFixed(3)); // prints 2.500
 * ```
 *
 * @throws ConfigError for an empty list, a parameter given twice, an unknown option or a value out of range
 */
export class Optimizer<Options extends Hyperparameters = Hyperparameters> {
  readonly name: string;
  readonly defaults: Options;
  readonly paramGroups: ParameterGroup<Options>[];
  readonly #rules: Rules;
  readonly #program: Transform;
  readonly #states = new Map<Tensor, ParameterState>();
  /** How often the states were replaced by others, which a compiled step does not know. */
  #replacements = 0;

  constructor(parameters: Parameters<Options>, recipe: Recipe<Options>, options: Partial<Options> = {}) {
    this.name = recipe.name ?? 'Optimizer';
    this.#rules = rulesOf(recipe.defaults, recipe.rules);
    const given = { ...recipe.defaults, ...checkHyperparameters(this.name, options as Hyperparameters, this.#rules) };
    this.defaults = checkHyperparameters(this.name, given as Hyperparameters, this.#rules) as Options;
    this.paramGroups = parameterGroups(this.name, parameters, this.defaults, this.#rules);
    this.#program = chain(ascendIfMaximizing(), recipe.transform, move());
  }

  /** Adds a group of further parameters, to train layers that were frozen so far. */
  addParamGroup(group: ParameterGroupOptions<Options>): void {
    const complete = completeGroup(this.name, group, this.defaults, this.#rules);
    refuseRepeats(this.name, [...this.paramGroups, complete]);
    this.paramGroups.push(complete);
  }

  /** Forgets all gradients. Call it before each `backward()`, unless gradients shall add up. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const parameter of params) parameter.grad = undefined;
  }

  /**
   * Updates every parameter that has a gradient, then closes the step: tensors of the step before that nothing
   * keeps are released (see "Memory" in the documentation of @evenkeel/tensor).
   *
   * @param Kind the class that counts steps and writes parameters and state; a `GradScaler` brings its own
   */
  step(Kind: typeof Slot = Slot): void {
    const slots: Slot[] = [];
    const gradients: Tensor[] = [];
    hostGuard(() => this.#replacements, this);
    hostGuard(() => this.paramGroups.length);
    for (const [index, group] of this.paramGroups.entries()) {
      const shared = new Map<string, TensorLike>();
      hostGuard(() => this.paramGroups[index]);
      guardOptions(group);
      for (const parameter of group.params) {
        const gradient = parameter.grad;
        if (!gradient) continue;
        gradients.push(gradient);
        const state = this.#states.get(parameter) ?? {};
        this.#states.set(parameter, state);
        const slot = new Kind(parameter, state, group, shared);
        if (this.#program.usesStep) slot.advance('step', 0, (steps) => steps + 1);
        slots.push(slot);
      }
    }
    if (slots.length > 0) noGrad(() => void this.#program.updateAll(gradients, slots));
    closeStep();
  }

  /**
   * The state as PyTorch lays it out: `state` by the parameter's running index, `param_groups` with PyTorch's keys.
   * Tensors are the optimizer's own, not copies; the state of a parameter that never had a gradient is absent.
   */
  stateDict(): OptimizerStateDict {
    return optimizerState(this.paramGroups, this.#states);
  }

  /**
   * Takes up the state and the hyperparameters of `stateDict()`, copying the tensors. Keys of PyTorch's groups that
   * say how and not what to compute (`foreach`, `fused`, `capturable`, …) are passed over.
   *
   * @throws StateDictError listing everything that does not fit: groups, parameter counts, indices, shapes
   */
  loadStateDict(dict: OptimizerStateDict): void {
    if (loadOptimizerState(this.name, dict, this.paramGroups, this.#rules, this.#states)) this.#replacements++;
  }
}

/** Options that a schedule may change at every step: they are read live. */
const liveOptions = new Set<PropertyKey>(['params', 'lr', 'momentum', 'betas', 'weightDecay', 'initialLr']);

/** Has a compiled step recorded anew where an option or the list of parameters is changed. */
function guardOptions(group: ParameterGroup<Hyperparameters>): void {
  hostGuard(() => group.params.length);
  for (const key of Object.keys(group) as (keyof typeof group)[]) {
    if (!liveOptions.has(key)) hostGuard(() => group[key]);
  }
}

/** The last link of every chain: adds the update to the parameter. */
function move(): Transform {
  return perParameter((update, slot) => {
    slot.write(slot.parameter, slot.parameter.add(update));
    return slot.parameter;
  });
}
