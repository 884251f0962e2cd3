import { type Backend, itemBytes, type Prepared, type Program, type Scalar } from '@evenkeel/backend';

/**
 * What a binding is given: elements to begin with, or how many it has (of no defined content). Where a program moves along
 * its buffer, `bound` says how many of the elements are bound at first.
 */
export type Given = readonly number[] | number | { readonly values: readonly number[]; readonly bound: number };

/** Puts what is bound this many elements into its buffer, and as many behind it: no multiple of a vector. */
const margin = 3;
const untouched = 0x5a;

/**
 * Runs a program on a backend and reads every binding. Each binding lies within a larger buffer whose other bytes must stay.
 *
 * @param prepared the program as it was prepared before; default: prepares it
 * @throws Error if a byte outside a binding has changed
 */
export async function runProgram(
  backend: Backend,
  program: Program,
  given: readonly Given[],
  args: readonly number[] = [],
  prepared: Prepared | Promise<Prepared> = backend.prepare(program),
): Promise<number[][]> {
  const bound = given.map((content, i) => {
    const { dtype } = program.bindings[i] as Program['bindings'][number];
    const item = itemBytes(dtype, backend.limits.boolBytes);
    const values = typeof content === 'number' ? undefined : 'bound' in content ? content.values : content;
    const count = values?.length ?? (content as number);
    const bound = typeof content === 'object' && 'bound' in content ? content.bound : count;
    const [offset, whole] = [margin * item, count * item];
    const buffer = backend.allocate(whole + 2 * offset);
    const bytes = new Uint8Array(buffer.bytes).fill(untouched);
    if (values) bytes.set(encode(dtype, item, values), offset);
    backend.write(buffer, bytes);
    return { dtype, item, buffer, offset, whole, length: bound * item };
  });
  backend.run(await prepared, { buffers: bound, arguments: args });
  const contents = await Promise.all(
    bound.map(async ({ dtype, item, buffer, offset, whole }, i) => {
      const bytes = await backend.read(buffer);
      const outside = [...bytes.subarray(0, offset), ...bytes.subarray(offset + whole)];
      if (outside.some((byte) => byte !== untouched)) throw new Error(`bytes outside binding ${i} were written to`);
      return decode(dtype, item, bytes.slice(offset, offset + whole));
    }),
  );
  for (const { buffer } of bound) backend.release(buffer);
  return contents;
}

function encode(dtype: Scalar, item: number, values: readonly number[]): Uint8Array {
  return new Uint8Array(new (arrayOf(dtype, item))(values).buffer);
}

function decode(dtype: Scalar, item: number, bytes: Uint8Array<ArrayBuffer>): number[] {
  return [...new (arrayOf(dtype, item))(bytes.buffer)];
}

function arrayOf(dtype: Scalar, item: number) {
  if (dtype === 'float32') return Float32Array;
  if (dtype === 'float64') return Float64Array;
  if (dtype === 'float16') return Float16Array;
  if (dtype === 'uint32') return Uint32Array;
  return item === 1 ? Uint8Array : Int32Array;
}
