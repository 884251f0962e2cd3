interface Builtins {
  readonly 'node:v8': { setFlagsFromString(flags: string): void };
  readonly 'node:buffer': { isUtf8(bytes: Uint8Array): boolean };
}

interface Host {
  readonly process?: {
    readonly arch: string;
    readonly versions: { readonly v8?: string };
    readonly getBuiltinModule?: <Name extends keyof Builtins>(name: Name) => Builtins[Name];
  };
}

// Before it V8 could mistake addresses that it knows.
const leastV8 = 14.6;

/**
 * Has V8 join vectors of 128 bits that lie side by side to vectors of 256, where it can: in Node from version 26 on, on x64. On
 * `wasm({ wide: joinVectors() })` products of matrices then take little more than half the time, and give the same bits.
 *
 * V8 calls this experimental (`--experimental-wasm-revectorize`), so nobody has it who does not ask. It is for all WebAssembly that the
 * process compiles from then on, and there is code at which V8 then ends the process: none that this package makes, but perhaps in
 * modules of others that use vectors. A processor without AVX2 (before 2013) is slower with it.
 *
 * ```ts
 * const backend = wasm({ wide: joinVectors(), threads: 'auto' });
 * console.log(backend.limits.dtypes.join(' ')); // prints float32 int32 bool
 * backend.dispose();
 * ```
 *
 * @returns what `wasm` is to do after each run; undefined where vectors are not joined: in a page, in an older Node, on other processors
 */
export function joinVectors(): (() => void) | undefined {
  const { process } = globalThis as Host;
  const v8 = process?.getBuiltinModule?.('node:v8');
  if (!v8 || process?.arch !== 'x64' || !(Number.parseFloat(process.versions.v8 ?? '') >= leastV8)) return undefined;
  v8.setFlagsFromString('--experimental-wasm-revectorize');
  const { isUtf8 } = process.getBuiltinModule!('node:buffer');
  const text = new Uint8Array(256);
  // V8 leaves the upper halves of registers dirty, and with them code without AVX, as Node's own is, takes three times as long. What looks
  // at text in wide vectors cleans up behind itself.
  return () => isUtf8(text);
}
