import { shaderFunction } from './functions/shader-function.ts';

/** The words at the beginning of the first memory in which kernels tell of an index outside its bounds. */
export const faultWords = 4;

/** An index held within its bounds; one outside is noted: that there is one, the index, the size. */
export const bounded = shaderFunction(`fn bounded(index: i32, size: i32) -> i32 {
  if (index < 0i || index >= size) {
    memory0[0] = 1u;
    memory0[1] = bitcast<u32>(index);
    memory0[2] = bitcast<u32>(size);
  }
  return max(min(index, size - 1i), 0i);
}`);
