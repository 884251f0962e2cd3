import { type Expression, type Kernel, philox4x32 } from '@evenkeel/backend';
import { conversion } from './conversion.ts';
import type { Faults } from './faults.ts';
import { checkIndex, malformed } from './malformed.ts';
import { binaryFunctions, unaryFunctions } from './scalar-functions.ts';

/** The elements of a binding. */
export type Elements = Float32Array | Float64Array | Float16Array | Int32Array | Uint32Array | Uint8Array;

/** Computes one value from others: all values of a kernel lie in one list of numbers. */
export type Instruction = (values: Float64Array, bindings: readonly Elements[]) => void;

/** The instruction that computes `e` into `out`; `slotOf` says where its operands are. */
export function instruction(
  kernel: Kernel,
  e: Expression,
  out: number,
  slotOf: (e: Expression) => number,
  faults: Faults,
): Instruction {
  switch (e.kind) {
    case 'load':
      return loadInstruction(kernel, e, out, slotOf);
    case 'unary': {
      const a = slotOf(e.a);
      const f = unaryFunctions[e.a.dtype][e.fn];
      if (!f || e.dtype !== e.a.dtype) throw malformed(kernel, `${e.fn} of ${e.a.dtype} to ${e.dtype}`);
      return e.dtype === 'float32'
        ? (values) => {
            values[out] = Math.fround(f(values[a]!));
          }
        : (values) => {
            values[out] = f(values[a]!);
          };
    }
    case 'binary': {
      const [a, b] = [slotOf(e.a), slotOf(e.b)];
      const f = binaryFunctions[e.a.dtype][e.fn];
      const result = isComparison(e.fn) ? 'bool' : e.a.dtype;
      if (!f || e.a.dtype !== e.b.dtype || e.dtype !== result) {
        throw malformed(kernel, `${e.fn} of ${e.a.dtype} and ${e.b.dtype} to ${e.dtype}`);
      }
      return e.dtype === 'float32'
        ? (values) => {
            values[out] = Math.fround(f(values[a]!, values[b]!));
          }
        : (values) => {
            values[out] = f(values[a]!, values[b]!);
          };
    }
    case 'select': {
      const [condition, a, b] = [slotOf(e.condition), slotOf(e.a), slotOf(e.b)];
      if (e.condition.dtype !== 'bool' || e.a.dtype !== e.dtype || e.b.dtype !== e.dtype) {
        throw malformed(kernel, `${e.condition.dtype} selects ${e.a.dtype} or ${e.b.dtype} as ${e.dtype}`);
      }
      return (values) => {
        values[out] = values[condition] !== 0 ? values[a]! : values[b]!;
      };
    }
    case 'cast': {
      const a = slotOf(e.a);
      const convert = conversion(e.dtype, e.a.dtype);
      return (values) => {
        values[out] = convert(values[a]!);
      };
    }
    case 'bounded': {
      const a = slotOf(e.a);
      const { size } = e;
      if (e.a.dtype !== 'int32') throw malformed(kernel, `a bounded index of ${e.a.dtype}`);
      return (values) => {
        const index = values[a]!;
        if (index < 0 || index >= size) faults.report(index, size);
        values[out] = Math.max(Math.min(index, size - 1), 0);
      };
    }
    default:
      throw malformed(kernel, `${e.kind} is no instruction`);
  }
}

function loadInstruction(
  kernel: Kernel,
  e: Expression & { kind: 'load' },
  out: number,
  slotOf: (e: Expression) => number,
): Instruction {
  const { binding } = e;
  const index = slotOf(e.index);
  const declared = kernel.bindings[binding];
  if (declared?.dtype !== e.dtype || declared.access !== 'read' || e.index.dtype !== 'int32') {
    const what = declared ? `${declared.access} binding of ${declared.dtype}` : 'missing binding';
    throw malformed(kernel, `${e.dtype} loaded from a ${what} at an index of ${e.index.dtype}`);
  }
  // A byte that the host wrote as a bool may be any number.
  const normalize = e.dtype === 'bool' ? (x: number) => (x !== 0 ? 1 : 0) : undefined;
  const read = (values: Float64Array, bindings: readonly Elements[]): void => {
    const elements = bindings[binding]!;
    const position = values[index]!;
    checkIndex(kernel, binding, position, elements.length);
    const element = elements[position]!;
    values[out] = normalize ? normalize(element) : element;
  };
  if (!e.guard) return read;
  if (e.guard.dtype !== 'bool') throw malformed(kernel, `a load guarded by ${e.guard.dtype}`);
  const guard = slotOf(e.guard);
  return (values, bindings) => {
    if (values[guard] !== 0) read(values, bindings);
    else values[out] = 0;
  };
}

/**
 * Draws the word at an index, from the values of the four arguments. Neighbors share a block: the last one is remembered.
 */
export function randomInstruction(index: number, numbers: readonly number[], out: number): Instruction {
  const [seedLow, seedHigh, firstLow, firstHigh] = numbers as [number, number, number, number];
  let known: readonly number[] = [];
  let words: readonly number[] = [];
  return (values) => {
    const low = values[firstLow]! + Math.floor(values[index]! / 4);
    const wanted = [values[seedLow]!, values[seedHigh]!, low, values[firstHigh]!];
    if (wanted.some((number, i) => number !== known[i])) {
      known = wanted;
      words = philox4x32(
        [low >>> 0, (values[firstHigh]! + Math.floor(low / 2 ** 32)) >>> 0, 0, 0],
        [values[seedLow]!, values[seedHigh]!],
      );
    }
    values[out] = words[values[index]! & 3]!;
  };
}

function isComparison(fn: string): boolean {
  return fn === 'eq' || fn === 'ne' || fn === 'lt' || fn === 'le' || fn === 'gt' || fn === 'ge';
}
