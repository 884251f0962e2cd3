import { ConfigError } from '@evenkeel/errors';
import type { Tensor } from '@evenkeel/tensor';
import { ModuleDict } from '../module/containers.ts';
import type { Module } from '../module/module.ts';
import { computeProperty, freezeProperty } from './computed-weight.ts';

/** A module that computes a tensor from its own parameters. */
export interface Parametrization extends Module {
  forward(): Tensor;
}

interface Parametrized extends Module {
  parametrizations?: ModuleDict<Parametrization>;
}

/** Makes the property `name` what a parametrization computes, with its state under `parametrizations.<name>`. */
export function registerParametrization(module: Parametrized, name: string, parametrization: Parametrization): void {
  module.parametrizations ??= new ModuleDict<Parametrization>();
  module.parametrizations.set(name, parametrization);
  computeProperty(module, name, (owner: Parametrized) =>
    (owner.parametrizations as ModuleDict<Parametrization>).get(name).call(),
  );
}

/**
 * Makes a parametrized property a parameter again, with the values that it has now;
 * `torch.nn.utils.parametrize.remove_parametrizations`. An optimizer made before knows only the old parameters.
 *
 * @throws ConfigError when there is no parametrization of that name
 */
export function removeParametrizations<Kind extends Module>(module: Kind, name = 'weight'): Kind {
  const owner: Parametrized = module;
  const all = owner.parametrizations;
  if (!all?.has(name)) {
    throw new ConfigError('nothing of that name is parametrized', { op: 'removeParametrizations', got: `'${name}'` });
  }
  freezeProperty(module, name);
  const others = all.keys().filter((key) => key !== name);
  if (others.length === 0) delete owner.parametrizations;
  else owner.parametrizations = new ModuleDict(others.map((key) => [key, all.get(key)] as const));
  return module;
}
