import { type ContractionKernel, type Expression, operands, storedParts } from '@evenkeel/backend';
import { dimensions } from '../kernels/choose-variant.ts';
import { faultWords } from '../renderer/faults.ts';
import { parameterWords } from '../renderer/shader.ts';

/** Words that are written at a time. */
const chunk = 2 ** 16;

export interface MadeUpMemory {
  readonly memory: GPUBuffer;
  /** Where the bindings begin in it, arguments, and where the workspace begins. */
  readonly parameters: GPUBuffer;
}

/**
 * Memory for a contraction on its own, with a number in each float32 word that it reads.
 *
 * @returns nothing where the device has no room for it
 */
export async function madeUpMemory(
  device: GPUDevice,
  kernel: ContractionKernel,
  workspaceWords: number,
): Promise<MadeUpMemory | undefined> {
  const { bindings, arguments: given } = kernel;
  const words = new Uint32Array(Math.ceil(parameterWords(kernel) / 4) * 4);
  const lengths = lengthsOf(kernel);
  let at = faultWords;
  const begins = lengths.map((length, b) => {
    const begin = at;
    // What is half a word long is counted in halves.
    words[b] = bindings[b]?.dtype === 'float16' ? 2 * begin : begin;
    at += length;
    return begin;
  });
  given.forEach((dtype, a) => {
    if (dtype === 'float32') new Float32Array(words.buffer)[bindings.length + a] = 1;
  });
  words[bindings.length + given.length] = at;
  const size = (at + workspaceWords) * 4;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  if (size > Math.min(maxBufferSize, maxStorageBufferBindingSize)) return undefined;
  device.pushErrorScope('out-of-memory');
  const memory = device.createBuffer({ size, usage: 0x80 | 0x08 | 0x04 }); // STORAGE | COPY_DST | COPY_SRC
  const parameters = device.createBuffer({ size: words.byteLength, usage: 0x40 | 0x08 }); // UNIFORM | COPY_DST
  if (await device.popErrorScope()) return undefined;
  device.queue.writeBuffer(parameters, 0, words);
  const numbers = Float32Array.from({ length: chunk }, (_, i) => Math.sin(i));
  bindings.forEach(({ dtype, access }, b) => {
    if (dtype !== 'float32' || access !== 'read') return;
    for (let from = 0; from < (lengths[b] as number); from += chunk) {
      const length = Math.min(chunk, (lengths[b] as number) - from);
      device.queue.writeBuffer(memory, ((begins[b] as number) + from) * 4, numbers, 0, length);
    }
  });
  return { memory, parameters };
}

/**
 * Words for each binding: as many as it has places at most where nothing lies between them. What lies beyond is read and written
 * somewhere else in the memory: times are what matters.
 */
function lengthsOf(kernel: ContractionKernel): number[] {
  const [batch, m, n, k] = dimensions(kernel);
  const lengths = kernel.bindings.map(() => 1);
  const raise = (binding: number, length: number): void => {
    lengths[binding] = Math.max(lengths[binding] as number, length);
  };
  const read = (e: Expression, length: number): void => {
    if (e.kind === 'load') raise(e.binding, length);
    for (const part of operands(e)) read(part, length);
  };
  read(kernel.a, batch * m * k);
  read(kernel.b, batch * k * n);
  for (const part of storedParts(kernel.stores)) read(part, batch * m * n);
  for (const { binding } of kernel.stores) raise(binding, batch * m * n);
  return lengths;
}
