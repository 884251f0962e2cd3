import {
  type Backend,
  type Bindings,
  type HostArray,
  type Kernel,
  type Program,
  programOf,
  type Scalar,
} from '@evenkeel/backend';
import { cpu } from '../src/index.ts';

export type Values = HostArray | Uint32Array<ArrayBuffer>;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};

/** An array in which the host holds a dtype. */
export function hostArray(dtype: Scalar, values: Iterable<number> | number): Values {
  return new arrays[dtype](typeof values === 'number' ? values : ([...values] as never));
}

/** Runs a kernel and gives back what it wrote, by binding. `given` has values to read or a number of elements to write. */
export async function runKernel(
  kernel: Kernel,
  given: readonly (readonly number[] | number)[],
  args: readonly number[] = [],
): Promise<number[][]> {
  return runProgram(programOf(kernel), given, args);
}

export async function runProgram(
  program: Program,
  given: readonly (readonly number[] | number)[],
  args: readonly number[] = [],
): Promise<number[][]> {
  const backend = cpu();
  const bindings = bind(backend, program, given, args);
  backend.run(await backend.prepare(program), bindings);
  return readAll(backend, program, bindings);
}

export function bind(
  backend: Backend,
  program: Program,
  given: readonly (readonly number[] | number)[],
  args: readonly number[] = [],
): Bindings {
  const buffers = given.map((values, i) => {
    const { dtype, access } = program.bindings[i]!;
    const content = hostArray(dtype, values);
    const buffer = backend.allocate(content.byteLength);
    if (access === 'read') backend.write(buffer, content);
    return { buffer, offset: 0, length: content.byteLength };
  });
  return { buffers, arguments: args };
}

export async function readAll(backend: Backend, program: Program, bindings: Bindings): Promise<number[][]> {
  return Promise.all(
    bindings.buffers.map(async ({ buffer }, i) => {
      const bytes = await backend.read(buffer);
      return [...new arrays[program.bindings[i]!.dtype](bytes.buffer)];
    }),
  );
}
