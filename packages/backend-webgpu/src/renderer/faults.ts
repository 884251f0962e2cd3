import type { MemoryAccess } from './across-memories.ts';
import { type ShaderFunction, shaderFunction } from './functions/shader-function.ts';

/** The words at the beginning of the first memory in which kernels tell of an index outside its bounds. */
export const faultWords = 4;

/** An index held within its bounds; one outside is noted: that there is one, the index, the size. */
export function bounded({ write }: MemoryAccess): ShaderFunction {
  return shaderFunction(`fn bounded(index: i32, size: i32) -> i32 {
  if (index < 0i || index >= size) {
    ${write(0, '0u', '1u')}
    ${write(0, '1u', 'bitcast<u32>(index)')}
    ${write(0, '2u', 'bitcast<u32>(size)')}
  }
  return max(min(index, size - 1i), 0i);
}`);
}
