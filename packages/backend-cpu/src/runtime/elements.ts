import { itemBytes, type Scalar } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import type { Elements } from '../renderer/instruction.ts';

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  // Absent from older engines, where no program has it.
  float16: globalThis.Float16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** A range of memory as elements of a dtype; offset and length are in bytes. */
export function elementsOf(dtype: Scalar, content: ArrayBuffer, offset: number, length: number): Elements {
  const bytes = itemBytes(dtype, 1);
  if (!(offset >= 0 && length >= 0 && offset + length <= content.byteLength && offset % bytes === 0)) {
    throw new DeviceError('a binding is not a range of its buffer', {
      doing: 'running a program on the cpu backend',
      got: `${length} bytes of ${dtype} from byte ${offset} of a buffer of ${content.byteLength} bytes`,
      expected: `a range inside the buffer that begins at a multiple of ${bytes} bytes`,
    });
  }
  return new arrays[dtype](content, offset, Math.floor(length / bytes));
}
