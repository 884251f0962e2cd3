import { Tensor } from '../tensor.ts';

type Method = (self: Tensor, ...rest: never[]) => unknown;

/** Makes functions whose first parameter is a tensor its methods too. Their types are declared beside each family. */
export function methods(table: Readonly<Record<string, Method>>): void {
  for (const [name, fn] of Object.entries(table)) {
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: never[]) {
        return fn(this, ...rest);
      },
      configurable: true,
      writable: true,
    });
  }
}
