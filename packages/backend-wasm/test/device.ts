/** Running one kernel on the backend with arrays, and comparing with the reference. */
import { type Kernel, programOf, type Scalar } from '@evenkeel/backend';
import { expect } from 'vitest';
import { type WasmBackend, wasm } from '../src/index.ts';
import { reference } from './reference.ts';

export type Data = readonly number[] | Float64Array | Float32Array;

export interface RunOptions {
  readonly arguments?: readonly number[];
  readonly backend?: WasmBackend;
  /** Bytes before each range inside its buffer. */
  readonly offset?: number;
}

/** An array for each binding after the kernel ran; those that are read are as given. */
export async function runKernel(
  kernel: Kernel,
  inputs: readonly Data[],
  options: RunOptions = {},
): Promise<number[][]> {
  const { backend = wasm(), offset = 0 } = options;
  const bindings = inputs.map((data, i) => {
    const bytes = data.length * 4;
    const buffer = backend.allocate(bytes + offset);
    backend.write(buffer, encode(dtypeOf(kernel, i), data), offset);
    return { buffer, offset, length: bytes };
  });
  const prepared = await backend.prepare(programOf(kernel));
  try {
    backend.run(prepared, { buffers: bindings, arguments: options.arguments ?? [] });
    return await Promise.all(
      bindings.map(async ({ buffer, length }, i) =>
        decode(dtypeOf(kernel, i), await backend.read(buffer, { offset, length })),
      ),
    );
  } finally {
    for (const { buffer } of bindings) backend.release(buffer);
  }
}

export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Runs a kernel on the backend and by the reference, and expects the same in every binding; a contraction in tiles of both widths. */
export async function expectSame(
  kernel: Kernel,
  inputs: readonly Data[],
  options: RunOptions & Tolerance = {},
): Promise<void> {
  const { relative = 2e-6, absolute = 1e-6 } = options;
  const rounded = inputs.map((data, i) => decode(dtypeOf(kernel, i), encode(dtypeOf(kernel, i), data)));
  const expected = rounded.map((data) => [...data]);
  reference(kernel, expected, options.arguments ?? []);
  const own = kernel.form === 'contraction' ? [wasm(), wasm({ wide: () => {} })] : [wasm()];
  for (const backend of options.backend ? [options.backend] : own) {
    const got = await runKernel(kernel, rounded, { ...options, backend });
    got.forEach((data, binding) => {
      const wanted = expected[binding] as number[];
      data.forEach((x, i) => {
        const y = Math.fround(wanted[i] as number);
        const close = Object.is(x, y) || x === y || Math.abs(x - y) <= absolute + relative * Math.abs(y);
        if (!close) expect.fail(`binding ${binding}, element ${i}: ${x} instead of ${y}`);
      });
    });
  }
}

function dtypeOf(kernel: Kernel, binding: number): Scalar {
  return (kernel.bindings[binding] as { dtype: Scalar }).dtype;
}

function encode(dtype: Scalar, data: Data): Float32Array | Int32Array {
  return dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
}

function decode(dtype: Scalar, bytes: ArrayBufferView): number[] {
  const { buffer, byteOffset, byteLength } = bytes;
  if (dtype === 'float32') return [...new Float32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4)];
  return [...new Int32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4)];
}

/** Numbers in [-1, 1) that look random and are the same in every run (a multiplicative generator modulo 2^31 - 1). */
export function numbers(count: number, seed = 1): number[] {
  let state = seed * 7919 + 17;
  return Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 2 - 1);
  });
}
