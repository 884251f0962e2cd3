import { ConfigError } from '@evenkeel/errors';
import { noGrad, Parameter, type Tensor } from '@evenkeel/tensor';
import type { Module } from '../module/module.ts';

/** Takes the parameter `name` away from a module, which computes it from others from now on. */
export function takeParameter(module: Module, name: string, doing: string): Parameter {
  const value: unknown = Object.getOwnPropertyDescriptor(module, name)?.value;
  if (!(value instanceof Parameter)) {
    throw new ConfigError(`${module.constructor.name} has no parameter of that name`, {
      doing,
      got: `'${name}'`,
      expected: 'a parameter that is not computed from others already',
    });
  }
  Reflect.deleteProperty(module, name);
  return value;
}

/**
 * Makes the property `name` what `compute` gives at each access. It is not enumerable: neither a parameter nor a child, and
 * nothing that walks over the module's properties sets off the computation. Copies of the module compute theirs from their own.
 */
export function computeProperty(module: Module, name: string, compute: (module: Module) => Tensor): void {
  Object.defineProperty(module, name, {
    configurable: true,
    get(this: Module) {
      return compute(this);
    },
  });
}

/** Makes the property `name` a parameter again, with the values that it has now. */
export function freezeProperty(module: Module, name: string): void {
  const value = noGrad(() => new Parameter(tensorOf(module, name)));
  Object.defineProperty(module, name, { configurable: true, enumerable: true, writable: true, value });
}

/** A tensor that is a property under a name made up at run time. */
export function tensorOf(module: Module, name: string): Tensor {
  return (module as unknown as Record<string, Tensor>)[name] as Tensor;
}
