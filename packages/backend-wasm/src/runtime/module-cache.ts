import { type Kernel, kernelKey } from '@evenkeel/backend';
import { emitKernel } from '../kernels/emit-kernel.ts';
import type { Phase, Workspace } from '../kernels/kernel-module.ts';
import type { Features } from '../renderer/vector-math.ts';
import type { KernelFunction } from './participate.ts';

export interface CompiledKernel {
  /** Unlike that of any other kernel compiled in this process. */
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly phases: readonly Phase[];
  /** One for each phase. */
  readonly functions: readonly KernelFunction[];
  readonly workspace: Workspace;
  readonly reportsFaults: boolean;
}

let compiledKernels = 0;

// A program holds what it uses; this bounds what is kept for programs to come.
const maximumKernels = 4096;

/** Compiled kernels by their key, the one least recently asked for leaving first. */
export class ModuleCache {
  readonly #memory: WebAssembly.Memory;
  readonly #features: Features;
  readonly #byKey = new Map<string, CompiledKernel>();
  #byKernel = new WeakMap<Kernel, CompiledKernel>();

  constructor(memory: WebAssembly.Memory, features: Features) {
    this.#memory = memory;
    this.#features = features;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(kernel: Kernel): CompiledKernel {
    const known = this.#byKernel.get(kernel);
    if (known) return known;
    const key = kernelKey(kernel);
    let compiled = this.#byKey.get(key);
    if (compiled) {
      this.#byKey.delete(key);
    } else {
      compiled = this.#compile(kernel);
      if (this.#byKey.size >= maximumKernels) {
        const [oldest] = this.#byKey.keys();
        if (oldest !== undefined) this.#byKey.delete(oldest);
      }
    }
    this.#byKey.set(key, compiled);
    this.#byKernel.set(kernel, compiled);
    return compiled;
  }

  clear(): void {
    this.#byKey.clear();
    this.#byKernel = new WeakMap();
  }

  #compile(kernel: Kernel): CompiledKernel {
    const made = emitKernel(kernel, this.#features);
    const module = new WebAssembly.Module(made.bytes);
    const { exports } = new WebAssembly.Instance(module, { e: { m: this.#memory } });
    const functions = made.phases.map((_, i) => exports[`f${i}`] as KernelFunction);
    return { ...made, functions, number: ++compiledKernels };
  }
}
