import { noGrad, Parameter, Tensor } from '@evenkeel/tensor';
import { Module } from './module.ts';

/** A deep copy of a module: tensors and modules are copied, everything else is shared. */
export function cloneModule<Kind extends Module>(module: Kind): Kind {
  return noGrad(() => copyModule(module, new Map()));
}

// `made` maps each original to its copy, so that a weight used twice is one weight in the copy too.
function copyModule<Kind extends Module>(module: Kind, made: Map<object, unknown>): Kind {
  const known = made.get(module);
  if (known) return known as Kind;
  const copy = Object.create(Object.getPrototypeOf(module)) as Kind;
  made.set(module, copy);
  for (const [name, value] of Object.entries(module)) Object.assign(copy, { [name]: copyValue(value, made) });
  // A property that is computed (weight norm) is computed from the copy's own.
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    if (property.get) Object.defineProperty(copy, name, property);
  }
  return copy;
}

function copyValue(value: unknown, made: Map<object, unknown>): unknown {
  if (value instanceof Module) return copyModule(value, made);
  if (value instanceof Tensor) {
    const copy = made.get(value) ?? copyTensor(value);
    made.set(value, copy);
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => copyValue(item, made));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copyValue(item, made)]));
  if (value instanceof Set) return new Set(value);
  return value;
}

function copyTensor(value: Tensor): Tensor {
  if (value instanceof Parameter) return new Parameter(value.detach(), { requiresGrad: value.requiresGrad });
  return value.clone().keep();
}
