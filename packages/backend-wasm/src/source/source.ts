import type { Kernel, Limits } from '@evenkeel/backend';
import { emitKernel } from '../kernels/emit-kernel.ts';
import { detectFeatures, plainFeatures } from '../runtime/features.ts';
import { readModule } from './module-reader.ts';
import { printFunction } from './print-function.ts';

/**
 * The WebAssembly that a backend with such limits makes of a kernel, as statements: functions that are called by others, then `f0`, `f1`, … for
 * its phases, which run one after the other, each in parts that threads share. Locals begin with their type: i, f or v.
 */
export function printSource(kernel: Kernel, { arithmetic, threads }: Limits): string {
  const found = arithmetic === 'fused' ? detectFeatures() : plainFeatures;
  const { bytes, phases, workspace } = emitKernel(kernel, { ...found, sharedMemory: threads > 1 });
  const module = readModule(bytes);
  const scratch = workspace.commonBytes + threads * workspace.ownBytes;
  const parts = phases.map((phase, i) => `f${i} in ${phase.parts}`).join(', ');
  const head = `${bytes.length} bytes of code; parts: ${parts}${scratch > 0 ? `; ${scratch} bytes of scratch` : ''}`;
  return [head, ...module.functions.flatMap((_, i) => printFunction(module, i))].join('\n');
}
