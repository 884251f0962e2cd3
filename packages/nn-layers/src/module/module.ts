import { hostGuard, type Parameter, type Tensor } from '@evenkeel/tensor';
import { cloneModule } from './clone.ts';
import { placeError } from './error-path.ts';
import { type LoadResult, type LoadStateDictOptions, loadStateDict, type StateDictLike } from './state-dict.ts';
import {
  childrenOf,
  namedBuffersOf,
  namedModulesOf,
  namedParametersOf,
  ownBuffers,
  ownParameters,
} from './traversal.ts';

/** Sees, and may replace, the inputs of a module: return an array to replace them, nothing to leave them. */
export type ForwardPreHook = (module: Module, inputs: readonly unknown[]) => readonly unknown[] | undefined;

/** Sees, and may replace, the output of a module: return anything but `undefined` to replace it. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

/** What registering a hook gives back. */
export interface HookHandle {
  remove(): void;
}

/** A module that maps one tensor to one tensor, such as `Sequential` holds. */
export interface TensorModule extends Module {
  forward(input: Tensor): Tensor;
}

const noHooks: ReadonlySet<never> = new Set<never>();

/**
 * The base of everything that holds parameters; `torch.nn.Module`.
 *
 * A subclass assigns parameters, modules or arrays of modules to its properties and writes `forward`. The properties'
 * names are the keys of the state dict, so a parameter is called as PyTorch calls it (`in_proj_weight`). Use
 * `module.call(x)`, not `module.forward(x)`: `call` also runs the hooks and puts the module's path
 * (`encoder.layers.3.norm1`) in front of any error raised below it.
 *
 * ```ts
 * class Scale extends Module {
 *   factor = new Parameter(tensor([2, 3]));
 *   override forward(input: Tensor): Tensor {
 *     return input.mul(this.factor);
 *   }
 * }
 * const scale = new Scale();
 * console.log(await scale.call(tensor([10, 10])).tolist()); // prints [ 20, 30 ]
 * console.log([...scale.stateDict().keys()]); // prints [ 'factor' ]
 * ```
 */
export abstract class Module {
  /** True after `train()` (as at the start), false after `eval()`. */
  training = true;

  // Plain private fields, not #private ones: clone() copies a module property by property.
  private readonly bufferNames = new Map<string, { persistent: boolean }>();
  // Sets of hooks are never changed but replaced, so that a change can be told by looking.
  private forwardPreHooks: ReadonlySet<ForwardPreHook> = noHooks;
  private forwardHooks: ReadonlySet<ForwardHook> = noHooks;

  /** What the module computes. Call it through `call`. */
  abstract forward(...inputs: never[]): unknown;

  /** Runs the module: pre-hooks, `forward`, hooks. Errors raised inside carry the path of the module they came from. */
  call(...inputs: Parameters<this['forward']>): ReturnType<this['forward']> {
    // A compiled function is recorded anew when the mode or the hooks have changed.
    hostGuard(() => this.training, this);
    hostGuard(() => this.forwardPreHooks);
    hostGuard(() => this.forwardHooks);
    try {
      let given: readonly unknown[] = inputs;
      for (const hook of this.forwardPreHooks) given = hook(this, given) ?? given;
      let output: unknown = this.forward(...(given as never[]));
      for (const hook of this.forwardHooks) {
        const replaced = hook(this, given, output);
        if (replaced !== undefined) output = replaced;
      }
      return output as ReturnType<this['forward']>;
    } catch (error) {
      throw placeError(error, this);
    }
  }

  /** The modules directly below, by name; those in an array property `layers` are called `layers.0`, `layers.1`, … */
  namedChildren(): [string, Module][] {
    return childrenOf(this);
  }

  /** The modules directly below. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module (under the name `''`) and all below it, each once. */
  namedModules(): [string, Module][] {
    return namedModulesOf(this);
  }

  /** This module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** All parameters with their state-dict names, each once, a module's own before its children's. */
  namedParameters(): [string, Parameter][] {
    return namedParametersOf(this);
  }

  /** All parameters, each once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All buffers with their names, each once, also those that are not persistent. */
  namedBuffers(): [string, Tensor][] {
    return namedBuffersOf(this);
  }

  /** All buffers, each once. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /**
   * Makes `value` state that is not trained (running statistics, tables): it becomes the property `name`, is kept over
   * steps, and is part of the state dict unless `persistent` is false. Update it with `assign`.
   */
  registerBuffer(name: string, value: Tensor, options: { persistent?: boolean } = {}): Tensor {
    this.bufferNames.set(name, { persistent: options.persistent ?? true });
    // A constant such as zeros() has no memory to assign to; contiguous() gives it some.
    const buffer = value.contiguous().keep();
    Object.assign(this, { [name]: buffer });
    return buffer;
  }

  /** Runs `hook` before each `forward`; it may replace the inputs. */
  registerForwardPreHook(hook: ForwardPreHook): HookHandle {
    this.forwardPreHooks = new Set([...this.forwardPreHooks, hook]);
    return {
      remove: () => {
        this.forwardPreHooks = without(this.forwardPreHooks, hook);
      },
    };
  }

  /** Runs `hook` after each `forward`; it may replace the output. */
  registerForwardHook(hook: ForwardHook): HookHandle {
    this.forwardHooks = new Set([...this.forwardHooks, hook]);
    return {
      remove: () => {
        this.forwardHooks = without(this.forwardHooks, hook);
      },
    };
  }

  /**
   * Parameters and persistent buffers by PyTorch's names. The tensors are the module's own: they change as it trains.
   */
  stateDict(): Map<string, Tensor> {
    const entries = new Map<string, Tensor>();
    const visit = (module: Module, prefix: string): void => {
      for (const [name, parameter] of ownParameters(module)) entries.set(prefix + name, parameter);
      for (const [name, buffer] of ownBuffers(module, { persistentOnly: true })) entries.set(prefix + name, buffer);
      for (const [name, child] of module.namedChildren()) visit(child, `${prefix}${name}.`);
    };
    visit(this, '');
    return entries;
  }

  /**
   * Copies the values of a state dict into this module.
   *
   * @param options.strict whether missing and unexpected keys are errors (default true); shapes must fit either way
   * @returns the keys that were missing and unexpected
   * @throws StateDictError listing every missing, unexpected and mismatched entry; nothing is loaded then
   */
  loadStateDict(stateDict: StateDictLike, options: LoadStateDictOptions = {}): LoadResult {
    return loadStateDict(this, stateDict, options);
  }

  /** Switches this module and all below it to training (dropout drops, batch norm counts) or, with false, out of it. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Sets `requiresGrad` of every parameter: `requiresGrad_(false)` freezes the module. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Drops the gradients of every parameter. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = undefined;
  }

  /** Calls `fn` on every module below and then on this one; for initialization. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** A copy with parameters, buffers and modules of its own; what is shared inside stays shared (`copy.deepcopy`). */
  clone(): this {
    return cloneModule(this);
  }
}

/** A set of hooks with one of them removed; the same when it was not there, and always the same one when none is left. */
export function without<Hook>(hooks: ReadonlySet<Hook>, hook: Hook): ReadonlySet<Hook> {
  if (!hooks.has(hook)) return hooks;
  const rest = new Set(hooks);
  rest.delete(hook);
  return rest.size > 0 ? rest : noHooks;
}
