import { f32x4, ModuleBuilder, type Value, v128 } from '../assembler/index.ts';
import type { Features } from '../renderer/vector-math.ts';

type Madd = (a: Value<'v128'>, b: Value<'v128'>, c: Value<'v128'>) => Value<'v128'>;

let detected: Features | undefined;

/**
 * What this engine's vector instructions can do: relaxed multiply-add counts where it exists and rounds once (an engine
 * may accept it and round twice). Found once, by computing a value that tells the two apart.
 */
export function detectFeatures(): Features {
  detected ??= probe();
  return detected;
}

export const plainFeatures: Features = { fused: false, laneselect: false, wide: false, sharedMemory: false };

function probe(): Features {
  const bytes = probeModule(f32x4.relaxedMadd);
  if (!WebAssembly.validate(bytes)) return plainFeatures;
  // (1 + 2^-12)² = 1 + 2^-11 + 2^-24, whose last term is lost where the product is rounded.
  const x = 1 + 2 ** -12;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  floats[0] = x;
  floats[4] = x;
  floats[8] = -(1 + 2 ** -11);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: memory } });
  (instance.exports['f0'] as (address: number) => void)(0);
  return { fused: floats[12] === 2 ** -24, laneselect: true, wide: false, sharedMemory: false };
}

function probeModule(madd: Madd): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder(false);
  const f = builder.function(['i32']);
  const at = f.parameter<'i32'>(0);
  f.emit(v128.store(at, madd(v128.load(at), v128.load(at, 16), v128.load(at, 32)), 48));
  return builder.finish([f]);
}
