import { ConfigError } from '@evenkeel/errors';
import { hostGuard, type Tensor } from '@evenkeel/tensor';
import { Module, type TensorModule } from './module.ts';

/** What the containers have in common: named modules that are children under just those names. */
abstract class Container<Item extends Module> extends Module {
  // A map and not properties of `this`: an item may be called `forward` or `0`.
  protected readonly items = new Map<string, Item>();

  override namedChildren(): [string, Module][] {
    return [...this.items, ...super.namedChildren()];
  }

  /** How many modules there are. */
  get length(): number {
    return hostGuard(() => this.items.size);
  }

  [Symbol.iterator](): IterableIterator<Item> {
    // A compiled function is recorded anew when there are others.
    hostGuard(() => this.items.size);
    return this.items.values();
  }
}

/** A container whose modules are named by their position. */
abstract class IndexedContainer<Item extends Module> extends Container<Item> {
  /** Adds modules at the end. */
  append(...modules: Item[]): this {
    for (const module of modules) this.items.set(String(this.items.size), module);
    return this;
  }

  /** The module at `index`; negative indices count from the end. */
  at(index: number): Item {
    const item = hostGuard(() => [...this.items.values()].at(index));
    if (item === undefined) {
      throw new ConfigError('no module has that index', {
        got: `index ${index}`,
        expected: `an index into ${this.items.size} modules`,
      });
    }
    return item;
  }
}

/**
 * Calls its modules one after the other; `torch.nn.Sequential`.
 *
 * Input and output are those of the first and the last module. Named by position (`0.weight`), or by the keys of one
 * object of modules: `new Sequential({ fc: new Linear(2, 1) })`.
 *
 * ```ts
 * const model = new Sequential(new ReLU(), new Flatten({ startDim: 0 }));
 * console.log(await model.call(tensor([[-1, 2], [3, -4]])).tolist()); // prints [ 0, 2, 3, 0 ]
 * ```
 *
 * @throws ConfigError from `at` for an index beyond its modules
 */
export class Sequential extends IndexedContainer<TensorModule> {
  constructor(...modules: TensorModule[] | [Readonly<Record<string, TensorModule>>]) {
    super();
    const [first] = modules;
    if (first === undefined || first instanceof Module) this.append(...(modules as TensorModule[]));
    else for (const [name, module] of Object.entries(first)) this.items.set(name, module);
  }

  override forward(input: Tensor): Tensor {
    let output = input;
    for (const module of this) output = module.call(output);
    return output;
  }
}

/**
 * A list of modules, whose parameters are the owner's; has no `forward` of its own; `torch.nn.ModuleList`.
 *
 * ```ts
 * const layers = new ModuleList([new Linear(2, 3), new Linear(3, 1)]);
 * console.log(layers.length, [...layers.stateDict().keys()].join(' ')); // prints 2 0.weight 0.bias 1.weight 1.bias
 * let x = ones([2]);
 * for (const layer of layers) x = layer.call(x);
 * console.log(x.shape); // prints [ 1 ]
 * ```
 *
 * @throws ConfigError when called, and from `at` for an index beyond its modules
 */
export class ModuleList<Item extends Module = Module> extends IndexedContainer<Item> {
  constructor(modules: Iterable<Item> = []) {
    super();
    this.append(...modules);
  }

  override forward(): never {
    throw notCallable('ModuleList');
  }
}

/**
 * Modules by name, whose parameters are the owner's; has no `forward` of its own; `torch.nn.ModuleDict`.
 *
 * ```ts
 * const activations = new ModuleDict({ relu: new ReLU(), none: new Identity() });
 * console.log(await activations.get('relu').call(tensor([-1, 2])).tolist()); // prints [ 0, 2 ]
 * console.log(activations.keys()); // prints [ 'relu', 'none' ]
 * ```
 *
 * @throws ConfigError when called, for a name that is empty or has a dot, and from `get` for a name that is not there
 */
export class ModuleDict<Item extends Module = Module> extends Container<Item> {
  constructor(modules: Readonly<Record<string, Item>> | Iterable<readonly [string, Item]> = {}) {
    super();
    const entries = Symbol.iterator in modules ? modules : Object.entries(modules);
    for (const [name, module] of entries as Iterable<readonly [string, Item]>) this.set(name, module);
  }

  /** Adds or replaces the module called `name`, which must not contain a dot. */
  set(name: string, module: Item): this {
    if (name === '' || name.includes('.')) {
      throw new ConfigError('a module needs a name without dots', { got: `'${name}'`, op: 'ModuleDict.set' });
    }
    this.items.set(name, module);
    return this;
  }

  /** The module called `name`. */
  get(name: string): Item {
    const item = hostGuard(() => this.items.get(name));
    if (item === undefined) {
      throw new ConfigError('no module has that name', {
        got: `'${name}'`,
        expected: `one of ${[...this.items.keys()].join(', ')}`,
      });
    }
    return item;
  }

  has(name: string): boolean {
    return hostGuard(() => this.items.has(name));
  }

  keys(): string[] {
    hostGuard(() => this.items.size);
    return [...this.items.keys()];
  }

  override forward(): never {
    throw notCallable('ModuleDict');
  }
}

function notCallable(kind: string): ConfigError {
  return new ConfigError(`a ${kind} holds modules and computes nothing itself`, {
    remedy: `call its modules one by one, or use Sequential`,
  });
}
