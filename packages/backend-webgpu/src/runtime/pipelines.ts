import { type Kernel, kernelKey } from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import { compileKernel } from '../kernels/compile-kernel.ts';
import type { CompiledKernel } from '../kernels/compiled-kernel.ts';
import type { Profile } from '../kernels/profile.ts';
import type { Place } from '../renderer/across-memories.ts';

/** Kernels that are remembered; the one that was least recently asked for goes first. */
const rememberedKernels = 4096;

/** A kernel's shaders, and the pipelines made of them, by the memories in which its bindings are. */
export interface ReadyKernel {
  readonly bindings: number;
  readonly compiled: CompiledKernel;
  readonly pipelines: Map<string, readonly GPUComputePipeline[]>;
  /** The same by vectors, where that is possible. */
  readonly vectors?: ReadyKernel | undefined;
}

/** Makes and remembers the pipelines of kernels. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #profile: Profile;
  readonly #known = new Map<string, ReadyKernel>();
  readonly #keys = new WeakMap<Kernel, string>();
  /** By how many memories are bound. */
  readonly #layouts: { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout }[] = [];

  constructor(device: GPUDevice, profile: Profile) {
    this.#device = device;
    this.#profile = profile;
  }

  get(kernel: Kernel): ReadyKernel {
    let key = this.#keys.get(kernel);
    if (key === undefined) {
      key = kernelKey(kernel);
      this.#keys.set(kernel, key);
    }
    const ready = this.#known.get(key) ?? made(kernel.bindings.length, compileKernel(kernel, this.#profile));
    this.#known.delete(key);
    this.#known.set(key, ready);
    if (this.#known.size > rememberedKernels) {
      const [oldest] = this.#known.keys();
      this.#known.delete(oldest as string);
    }
    return ready;
  }

  /** Whether a kernel has its pipelines for bindings that all lie in the first memory, as they mostly do. */
  has(ready: ReadyKernel): boolean {
    return ready.pipelines.has(keyOf(placesOf(ready), 1));
  }

  /** Makes the pipelines for the first memory in the background. */
  async makeAhead(ready: ReadyKernel): Promise<void> {
    const places = placesOf(ready);
    const layout = this.layout(1).pipeline;
    const pipelines = await Promise.all(
      ready.compiled.stages.map(async (stage) => {
        const code = stage.source(places);
        // A refusal is told once: by the pipeline.
        this.#device.pushErrorScope('validation');
        const module = this.#device.createShaderModule({ code });
        this.#device.popErrorScope().catch(() => {});
        try {
          return await this.#device.createComputePipelineAsync({ layout, compute: { module } });
        } catch (cause) {
          throw await shaderError(module, code, cause);
        }
      }),
    );
    ready.pipelines.set(keyOf(places, 1), pipelines);
  }

  /**
   * The pipelines now.
   *
   * @param places in which of the memories that are bound each binding is, and last the workspace
   * @param memories how many are bound
   */
  make(ready: ReadyKernel, places: readonly Place[] = placesOf(ready), memories = 1): readonly GPUComputePipeline[] {
    const key = keyOf(places, memories);
    const known = ready.pipelines.get(key);
    if (known) return known;
    const layout = this.layout(memories).pipeline;
    const made = ready.compiled.stages.map((stage) => {
      const module = this.#device.createShaderModule({ code: stage.source(places) });
      return this.#device.createComputePipeline({ layout, compute: { module } });
    });
    ready.pipelines.set(key, made);
    return made;
  }

  layout(memories: number): { readonly group: GPUBindGroupLayout; readonly pipeline: GPUPipelineLayout } {
    const known = this.#layouts[memories];
    if (known) return known;
    const visibility = 4; // COMPUTE
    const entries: GPUBindGroupLayoutEntry[] = [
      { binding: 0, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
    ];
    for (let m = 0; m < memories; m++) entries.push({ binding: m + 1, visibility, buffer: { type: 'storage' } });
    const group = this.#device.createBindGroupLayout({ entries });
    const layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }) };
    this.#layouts[memories] = layout;
    return layout;
  }

  clear(): void {
    this.#known.clear();
  }
}

function made(bindings: number, compiled: CompiledKernel): ReadyKernel {
  const { vectors } = compiled;
  return { bindings, compiled, pipelines: new Map(), vectors: vectors && made(bindings, vectors) };
}

/** All bindings, and the workspace, in the first memory. */
function placesOf({ bindings }: ReadyKernel): Place[] {
  return new Array<Place>(bindings + 1).fill([0]);
}

function keyOf(places: readonly Place[], memories: number): string {
  // Mostly, and quickly: this is asked for every kernel of every step.
  if (memories === 1) return '1';
  return `${memories}:${places.join(';')}`;
}

async function shaderError(module: GPUShaderModule, code: string, cause: unknown): Promise<DeviceError> {
  const { messages } = await module.getCompilationInfo();
  const told = messages.map(({ type, lineNum, message }) => `${type} in line ${lineNum}: ${message}`).join('\n');
  return new DeviceError('the GPU refused a shader', {
    doing: 'preparing a program on webgpu',
    got: `${told || String(cause)}\n${code}`,
    remedy: 'this is a bug in the backend, not in your code: please report it with this text',
    cause,
  });
}
