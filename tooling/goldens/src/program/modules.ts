import type { Tensor } from '@evenkeel/tensor';
import { camelOption, exported, namesOf, type Operation, Unsupported, withOptions } from './operation.ts';
import { ProgramError } from './syntax.ts';

/** What the runner needs to know of a module. */
export interface ModuleLike {
  call(...inputs: never[]): unknown;
  stateDict(): Map<string, Tensor>;
  loadStateDict(map: Map<string, Tensor>): unknown;
  namedParameters(): Iterable<[string, Tensor]>;
  train(mode?: boolean): unknown;
  eval(): unknown;
}

const forwards = new WeakMap<object, { path: string; operation: Operation }>();

export function isModule(value: unknown): value is ModuleLike {
  return typeof value === 'object' && value !== null && 'stateDict' in value && 'namedParameters' in value;
}

/**
 * A layer: how PyTorch builds it and how it is called. Parameters before the bar are positional, those after it
 * options, for both.
 */
export function layer(api: object, name: string, built: string, called = 'input'): Operation {
  const [before = '', after = ''] = built.split('|');
  const positional = namesOf(before).length;
  const optionNames = namesOf(after).map(camelOption);
  return {
    parameters: [...namesOf(before), ...namesOf(after)],
    run: (...values: unknown[]) => {
      const Layer = exported(api, name) as new (...values: unknown[]) => ModuleLike;
      const made = new Layer(
        ...withOptions(values.slice(0, positional).flatMap(spread(before)), optionNames, values.slice(positional)),
      );
      setForward(made, name, called);
      return made;
    },
  };
}

/** Remembers how a module is called; what wraps another (weight norm) is called like it. */
export function setForward(module: ModuleLike, path: string, called: string): void {
  const [before = '', after = ''] = called.split('|');
  const positional = namesOf(before).length;
  const optionNames = namesOf(after).map(camelOption);
  forwards.set(module, {
    path: `the call of ${path}`,
    operation: {
      parameters: [...namesOf(before), ...namesOf(after)],
      run: (...values: unknown[]) =>
        module.call(...(withOptions(values.slice(0, positional), optionNames, values.slice(positional)) as never[])),
    },
  });
}

export function forwardOf(module: ModuleLike): { path: string; operation: Operation } {
  const forward = forwards.get(module);
  if (!forward) throw new Unsupported(`the runner does not know how to call a ${module.constructor.name}`);
  return forward;
}

export function runModuleMethod(module: ModuleLike, name: string, values: unknown[], params: unknown): unknown {
  if (name === 'load_state_dict' && values[0] === params) {
    module.loadStateDict(new Map(params as Map<string, Tensor>));
    return undefined;
  }
  if (name === 'train') return module.train((values[0] as boolean | undefined) ?? true);
  if (name === 'eval') return module.eval();
  throw new ProgramError(`the runner knows no method ${name} of a module`);
}

/** `m.running_mean`: a parameter or buffer by its state-dict name, or a property. */
export function moduleAttribute(module: ModuleLike, name: string): unknown {
  const properties = module as unknown as Record<string, unknown>;
  const value = module.stateDict().get(name) ?? properties[name] ?? properties[camelOption(name)];
  if (value === undefined) throw new Unsupported(`the module has no ${name}`);
  return value;
}

/** `*modules` of Sequential are arguments of their own. */
function spread(before: string): (value: unknown, index: number) => unknown[] {
  const names = namesOf(before);
  return (value, index) => (names[index]?.startsWith('*') ? (value as unknown[]) : [value]);
}
