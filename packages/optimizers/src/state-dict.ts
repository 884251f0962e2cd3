import { StateDictError } from '@evenkeel/errors';
import { Tensor } from '@evenkeel/tensor';
import { camelCase, checkHyperparameters, type Hyperparameters, type Rules, snakeCase } from './hyperparameters.ts';
import type { ParameterState } from './slot.ts';

/** A value of a group in a state dict: what JSON can hold. */
export type GroupValue = number | boolean | string | null | readonly number[];

/** A group in a state dict: hyperparameters under PyTorch's names, and the running indices of its parameters. */
export type GroupState = { params: number[] } & { [name: string]: GroupValue };

/** PyTorch's layout. Tensors go into a safetensors file under `index.key`, everything else into JSON. */
export interface OptimizerStateDict {
  state: Record<number, ParameterState>;
  param_groups: GroupState[];
}

type Group = Hyperparameters & { params: Tensor[] };

export function optimizerState(
  groups: readonly Group[],
  states: ReadonlyMap<Tensor, ParameterState>,
): OptimizerStateDict {
  const dict: OptimizerStateDict = { state: {}, param_groups: [] };
  let index = 0;
  for (const { params, ...options } of groups) {
    const entry: GroupState = { params: [] };
    for (const [name, value] of Object.entries(options)) entry[snakeCase(name)] = value;
    for (const parameter of params) {
      const state = states.get(parameter);
      if (state && Object.keys(state).length > 0) dict.state[index] = { ...state };
      entry.params.push(index++);
    }
    dict.param_groups.push(entry);
  }
  return dict;
}

export function loadOptimizerState(
  optimizer: string,
  dict: OptimizerStateDict,
  groups: readonly Group[],
  rules: Rules,
  states: Map<Tensor, ParameterState>,
): boolean {
  const parameters = groups.flatMap(({ params }) => params);
  const problems = mismatches(dict, groups, parameters);
  if (problems.length > 0) {
    throw new StateDictError(`the state dict does not fit this ${optimizer}`, {
      doing: `loading the state of ${optimizer}`,
      got: problems.join('; '),
      expected: 'the state dict of an optimizer over the same parameters in the same groups',
    });
  }
  const hyperparameters = dict.param_groups.map((saved) => readGroup(optimizer, saved, rules));
  for (const [position, group] of groups.entries()) Object.assign(group, hyperparameters[position]);
  let isReplaced = false;
  const steps: Steps = new Map();
  for (const [index, parameter] of parameters.entries()) {
    const [own, saved] = [states.get(parameter), dict.state[index]];
    if (own && saved && sameTensors(own, saved)) fill(own, saved);
    else if (own || saved) {
      isReplaced = true;
      states.delete(parameter);
      if (saved) states.set(parameter, copyState(parameter, saved, steps));
    }
  }
  return isReplaced;
}

/** Whether two states have the same keys for tensors and for numbers, and no step counter that is a tensor, which others may have too. */
function sameTensors(own: ParameterState, saved: ParameterState): boolean {
  const keys = Object.keys({ ...own, ...saved });
  return !(own.step instanceof Tensor) && keys.every((key) => typeof own[key] === typeof saved[key]);
}

/** Takes a saved state up into the tensors that are there, which compiled steps know. */
function fill(own: ParameterState, saved: ParameterState): void {
  for (const [key, value] of Object.entries(saved)) {
    const there = own[key];
    if (there instanceof Tensor) there.assign((value as Tensor).to(there.dtype));
    else own[key] = value;
  }
}

function mismatches(dict: OptimizerStateDict, groups: readonly Group[], parameters: readonly Tensor[]): string[] {
  const saved = dict?.param_groups;
  if (!Array.isArray(saved) || typeof dict.state !== 'object' || dict.state === null) {
    return ['an object without state and param_groups'];
  }
  const problems: string[] = [];
  if (saved.length !== groups.length)
    problems.push(`${saved.length} parameter groups where there are ${groups.length}`);
  for (const [position, group] of groups.entries()) {
    const count = saved[position]?.params?.length;
    if (count !== undefined && count !== group.params.length) {
      problems.push(`${count} parameters in group ${position} where there are ${group.params.length}`);
    }
  }
  for (const [index, state] of Object.entries(dict.state)) {
    const parameter = parameters[Number(index)];
    if (!parameter) {
      problems.push(`state for parameter ${index} of ${parameters.length}`);
      continue;
    }
    for (const [key, value] of Object.entries(state)) {
      if (value instanceof Tensor ? value.ndim && !sameShape(value, parameter) : typeof value !== 'number') {
        const found = value instanceof Tensor ? `shape [${value.shape}]` : typeof value;
        problems.push(`${key} of parameter ${index} is ${found}, the parameter [${parameter.shape}]`);
      }
    }
  }
  return problems;
}

function readGroup(optimizer: string, saved: GroupState, rules: Rules): Hyperparameters {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(saved)) {
    const name = camelCase(key);
    if (value !== null && rules.has(name)) read[name] = Array.isArray(value) ? [...value] : value;
  }
  return checkHyperparameters(optimizer, read as Hyperparameters, rules);
}

/** Step counts that were copied already: what several parameters have together is one tensor afterwards. */
type Steps = Map<Tensor | number, Tensor | number>;

function copyState(parameter: Tensor, saved: ParameterState, steps: Steps): ParameterState {
  const state: ParameterState = {};
  for (const [key, value] of Object.entries(saved)) {
    const known = key === 'step' && steps.get(value);
    const copy = typeof value === 'number' ? value : known || value.to(parameter.dtype).clone().keep();
    steps.set(value, copy);
    state[key] = copy;
  }
  return state;
}

function sameShape(left: Tensor, right: Tensor): boolean {
  return String(left.shape) === String(right.shape);
}
