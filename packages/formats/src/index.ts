export { safeTensor, toBigInt64, toBool, toFloat32, toFloat64, toInt32 } from './convert.ts';
export { readSafetensors, type SafetensorsContent } from './read-safetensors.ts';
export type { SafeDType, SafeTensor } from './safe-tensor.ts';
export { writeSafetensors } from './write-safetensors.ts';
