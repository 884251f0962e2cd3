import type { Heap, WasmBuffer } from './heap.ts';
import type { CompiledKernel } from './module-cache.ts';

// What leaves is written again when a script needs it.
const mostKernels = 2048;

/** The modules of kernels in shared memory, where workers find what they have not compiled yet. */
export class SharedKernels {
  readonly #heap: Heap;
  readonly #blocks = new Map<CompiledKernel, WasmBuffer>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Where the module of each kernel of a script is. */
  locate(kernels: Iterable<CompiledKernel | undefined>): (kernel: CompiledKernel) => number {
    const wanted = new Set(kernels);
    for (const [kernel, block] of this.#blocks) {
      if (this.#blocks.size <= mostKernels) break;
      if (wanted.has(kernel)) continue;
      this.#heap.release(block);
      this.#blocks.delete(kernel);
    }
    return (kernel) => {
      let block = this.#blocks.get(kernel);
      if (!block) {
        block = this.#heap.allocate(kernel.bytes.length);
        this.#heap.bytes.set(kernel.bytes, block.address);
        this.#blocks.set(kernel, block);
      }
      return block.address;
    };
  }
}
