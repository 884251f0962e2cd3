import { Parameter, Tensor } from '@evenkeel/tensor';
import { Module } from './module.ts';

/** The modules among a module's properties, those in arrays as `property.index`. */
export function childrenOf(module: Module): [string, Module][] {
  const children: [string, Module][] = [];
  for (const [name, value] of Object.entries(module)) {
    if (value instanceof Module) children.push([name, value]);
    else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (item instanceof Module) children.push([`${name}.${index}`, item]);
      }
    }
  }
  return children;
}

/** The parameters among a module's properties. */
export function ownParameters(module: Module): [string, Parameter][] {
  return Object.entries(module).filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter);
}

/** The buffers registered on a module itself. */
export function ownBuffers(module: Module, { persistentOnly = false } = {}): [string, Tensor][] {
  const buffers: [string, Tensor][] = [];
  for (const [name, { persistent }] of module['bufferNames']) {
    const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value;
    if (value instanceof Tensor && (persistent || !persistentOnly)) buffers.push([name, value]);
  }
  return buffers;
}

/** A module under the name '' and all below it, parents first, each once under the first name it is found by. */
export function namedModulesOf(root: Module): [string, Module][] {
  const names = new Map<Module, string>();
  const visit = (module: Module, name: string): void => {
    if (names.has(module)) return;
    names.set(module, name);
    for (const [child, below] of module.namedChildren()) visit(below, name === '' ? child : `${name}.${child}`);
  };
  visit(root, '');
  return [...names].map(([module, name]) => [name, module]);
}

export function namedParametersOf(root: Module): [string, Parameter][] {
  return once(root, ownParameters);
}

export function namedBuffersOf(root: Module): [string, Tensor][] {
  return once(root, ownBuffers);
}

/** What `own` finds on every module below the root, with dotted names, each tensor once. */
function once<Value>(root: Module, own: (module: Module) => [string, Value][]): [string, Value][] {
  const names = new Map<Value, string>();
  for (const [path, module] of namedModulesOf(root)) {
    for (const [name, value] of own(module)) {
      if (!names.has(value)) names.set(value, path === '' ? name : `${path}.${name}`);
    }
  }
  return [...names].map(([value, name]) => [name, value]);
}
