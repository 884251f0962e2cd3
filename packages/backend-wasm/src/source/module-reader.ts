/** The parts of a module as the assembler writes them. */
import { typeCodes, type ValueType } from '../assembler/value.ts';
import { ByteReader } from './byte-reader.ts';

export interface ReadFunction {
  readonly parameters: readonly ValueType[];
  /** Those of parameters and locals. */
  readonly types: readonly ValueType[];
  readonly code: ByteReader;
}

export interface ReadModule {
  readonly functions: readonly ReadFunction[];
  /** The two words of each half that a vector constant has. */
  readonly halves: readonly (readonly number[])[];
  /** Which function has which name outside. */
  readonly exported: ReadonlyMap<number, string>;
}

const types = new Map(Object.entries(typeCodes).map(([type, code]) => [code, type as ValueType]));

export function readModule(bytes: Uint8Array): ReadModule {
  const module = new ByteReader(bytes);
  module.bytes(8);
  const sections = new Map<number, ByteReader>();
  while (!module.isAtEnd) sections.set(module.byte(), module.sized());
  const readAll = <Item>(section: number, read: (from: ByteReader, index: number) => Item): Item[] => {
    const from = sections.get(section);
    return from ? from.list((index) => read(from, index)) : [];
  };
  const typeOf = (from: ByteReader) => types.get(from.byte()) as ValueType;
  const signatures = readAll(1, (from) => {
    from.byte();
    const parameters = from.list(() => typeOf(from));
    from.u32();
    return parameters;
  });
  const halves = readAll(6, (from) => {
    from.bytes(3);
    const words = new Int32Array(from.bytes(8).buffer);
    from.byte();
    return [...words];
  });
  const exported = readAll(7, (from): [number, string] => {
    const name = String.fromCharCode(...from.bytes(from.u32()));
    from.byte();
    return [from.u32(), name];
  });
  const functions = readAll(10, (from, index): ReadFunction => {
    const code = from.sized();
    const parameters = signatures[index] as ValueType[];
    const locals = code.list(() => new Array<ValueType>(code.u32()).fill(typeOf(code))).flat();
    return { parameters, types: [...parameters, ...locals], code };
  });
  return { functions, halves, exported: new Map(exported) };
}
