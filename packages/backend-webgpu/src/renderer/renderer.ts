import {
  axesOf,
  type Expression,
  type Kernel,
  operands,
  type Reduction,
  type Scalar,
  type Store,
  type UnaryFunction,
} from '@evenkeel/backend';
import { type MemoryAccess, type Place, readAcross, words, wordsOfVectors, writeAcross } from './across-memories.ts';
import { bounded } from './faults.ts';
import { randomWord } from './functions/random.ts';
import type { ShaderFunction } from './functions/shader-function.ts';
import { toHalf, wordsOfHalves } from './halves.ts';
import { literal, shaderTypes } from './literal.ts';
import { binaryText, castText, unaryText } from './operations.ts';
import { Scope } from './scope.ts';

/** Longer texts get a name of their own though they are used once. */
const longestInline = 60;

/**
 * Writes a kernel's expressions as WGSL. A part is computed once, in the outermost block that knows all it depends on; parts
 * that are used once stay where they are used.
 */
export class Renderer {
  /** The shader's first block, which knows the arguments. */
  readonly root = new Scope();
  readonly functions: ShaderFunction[] = [];
  /** Declarations of what a workgroup shares. */
  readonly shared = new Set<string>();
  readonly kernel: Kernel;
  readonly memories: readonly Place[];
  /** How the shader sees memory. */
  readonly access: MemoryAccess;
  readonly #uses = new Map<Expression, number>();
  readonly #axes = new Map<number, string>();
  readonly #reduced = new Map<number, string>();
  readonly #declared = new Set<string>();
  #names = 0;
  /** Whether the shader knows how many invocations run in step, `subgroup`, and which of them each is, `peer`. */
  usesSubgroups = false;
  /** What was read of vectors, where the memories are vectors of four words; and which of them is computed with. */
  readonly vectors: Map<Expression, string> | undefined;
  component = 'x';

  /**
   * @param roots all expressions of the kernel
   * @param memories in which of the memories that are bound each binding is, and last the workspace
   * @param vectors empty, where the memories shall be vectors of four words
   */
  constructor(
    kernel: Kernel,
    roots: readonly Expression[],
    memories: readonly Place[],
    vectors?: Map<Expression, string>,
  ) {
    this.kernel = kernel;
    this.memories = memories;
    this.vectors = vectors;
    const writesHalves = kernel.bindings.some(({ dtype, access }) => dtype === 'float16' && access === 'write');
    this.access = vectors ? wordsOfVectors : writesHalves ? wordsOfHalves : words;
    const seen = new Set<Expression>();
    const count = (e: Expression): void => {
      this.#uses.set(e, (this.#uses.get(e) ?? 0) + 1);
      if (seen.has(e)) return;
      seen.add(e);
      operands(e).forEach(count);
    };
    roots.forEach(count);
  }

  /** Has a function in the shader. */
  readonly use = (fn: ShaderFunction): string => {
    if (!this.functions.some(({ name }) => name === fn.name)) {
      fn.needs.forEach(this.use);
      this.functions.push(fn);
    }
    return fn.name;
  };

  /** A name that nothing else has; no stem is one letter of a type such as i32. */
  name(stem = 't'): string {
    return `${stem}${this.#names++}`;
  }

  /** Says in which variable, an i32, an axis' position is. Parts that depend on it are computed in `scope` or within. */
  setAxis(scope: Scope, axis: number, text: string): void {
    this.#axes.set(axis, text);
    scope.axes |= 1 << axis;
  }

  /** Gives the axes that span a domain their positions, from the position in the domain row by row; the variables' names begin with `stem`. */
  setPositions(scope: Scope, flat: string, extents: readonly number[], firstAxis: number, stem = ''): void {
    let rest = flat;
    const wide = extents.flatMap((extent, i) => (extent > 1 ? [i] : []));
    extents.forEach((extent, i) => {
      if (extent <= 1) this.setAxis(scope, firstAxis + i, '0i');
    });
    wide.reverse().forEach((i, turn) => {
      const axis = firstAxis + i;
      const isLast = turn === wide.length - 1;
      const name = `${stem}axis${axis}`;
      const extent = extents[i] as number;
      this.setAxis(scope, axis, name);
      if (isLast) {
        scope.add(`let ${name} = i32(${rest});`);
        return;
      }
      const quotient = this.name('rest');
      scope.add(`let ${quotient} = ${rest} / ${extent}u;`);
      scope.add(`let ${name} = i32(${rest} - ${quotient} * ${extent}u);`);
      rest = quotient;
    });
  }

  setReduced(scope: Scope, reduction: number, text: string): void {
    this.#reduced.set(reduction, text);
    scope.reductions |= 1 << reduction;
  }

  /** Has an array in the shader that the invocations of a workgroup share. */
  share(name: string, dtype: Scalar, length: number): void {
    this.shared.add(`var<workgroup> ${name}: array<${shaderTypes[dtype]}, ${length}>;`);
  }

  unary(fn: UnaryFunction, dtype: Scalar, a: string): string {
    return unaryText(fn, dtype, a, this.use);
  }

  /** What two values make in a reduction. */
  combined(fn: Reduction['fn'], dtype: Scalar, a: string, b: string): string {
    const names = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;
    return binaryText(names[fn], dtype, a, b, this.use);
  }

  constant(dtype: Scalar, value: number): string {
    return literal(dtype, value, this.use);
  }

  /** The text of an expression's value; it stands for a name, or for operations that may be written where it is used. */
  value(scope: Scope, e: Expression): string {
    return this.#render(scope, e, false);
  }

  /** As `value`, but computed here: what is stored afterwards does not change it. */
  keep(scope: Scope, e: Expression): string {
    return this.#render(scope, e, true);
  }

  /** Writes values to memory; all are computed before the first is written. */
  store(scope: Scope, stores: readonly Store[]): void {
    const ready = this.computed(scope, stores);
    scope.add(...ready.map(({ index, value }, s) => this.write((stores[s] as Store).binding, index, value)));
  }

  /** What is to be written, and where. */
  computed(scope: Scope, stores: readonly Store[]): { index: string; value: string }[] {
    return stores.map(({ index, value }) => ({ index: this.keep(scope, index), value: this.keep(scope, value) }));
  }

  /** Reads the vector that begins with a load's word; from now on the load is one of its words. */
  loadVector(scope: Scope, e: Expression & { kind: 'load' }): void {
    const name = this.name('loaded');
    scope.add(`let ${name} = ${this.#vectorAt(e.binding, this.value(scope, e.index))};`);
    this.vectors?.set(e, name);
  }

  /** The statement that writes the values of a vector, the first at an index of a binding. */
  writeVector(binding: number, index: string, values: readonly string[]): string {
    const words = values.map((value) => wordOfValue(this.#dtypeOf(binding), value));
    return `${this.#vectorAt(binding, index)} = vec4<u32>(${words.join(', ')});`;
  }

  #vectorAt(binding: number, index: string): string {
    return `memory${this.memories[binding]}[(${this.#address(binding, index)}) / 4u]`;
  }

  /** The value at an index of a binding. */
  read(binding: number, index: string): string {
    const dtype = this.#dtypeOf(binding);
    const at = this.#address(binding, index);
    if (dtype !== 'float16') return valueOfWord(dtype, this.#read(binding, at));
    const place = this.memories[binding] as Place;
    if (this.access !== words && place.length === 1) return `f32(memory${place}[${at}])`;
    return `unpack2x16float(${this.#read(binding, `(${at}) >> 1u`)})[(${at}) & 1u]`;
  }

  /** The statement that writes a value at an index of a binding; where that is of float16, the value is one already. */
  write(binding: number, index: string, value: string): string {
    const dtype = this.#dtypeOf(binding);
    const at = this.#address(binding, index);
    if (dtype !== 'float16') return this.#write(binding, at, wordOfValue(dtype, value));
    const place = this.memories[binding] as Place;
    const half = `f16(${value})`;
    // What is written as it is are the halves themselves.
    return place.length > 1
      ? `${this.use(writeAcross(place, words, 'f16'))}(${at}, ${half});`
      : `memory${place}[${at}] = ${half};`;
  }

  /** A float32 as what a binding holds. */
  rounded(binding: number, value: string): string {
    return this.#dtypeOf(binding) === 'float16' ? `${this.use(toHalf)}(${value})` : value;
  }

  #dtypeOf(binding: number): Scalar {
    return (this.kernel.bindings[binding] as Kernel['bindings'][number]).dtype;
  }

  /** A word of the workspace; the index is a u32. */
  workspace(index: string): string {
    return this.#read(this.kernel.bindings.length, `${this.#workspace()} + ${index}`);
  }

  /** The statement that writes a word of the workspace. */
  writeWorkspace(index: string, word: string): string {
    return this.#write(this.kernel.bindings.length, `${this.#workspace()} + ${index}`, word);
  }

  #workspace(): string {
    return this.#parameter('workspace', this.kernel.bindings.length + this.kernel.arguments.length);
  }

  #address(binding: number, index: string): string {
    return `${this.#parameter(`base${binding}`, binding)} + u32(${index})`;
  }

  #read(binding: number, at: string): string {
    const place = this.memories[binding] as Place;
    return place.length > 1
      ? `${this.use(readAcross(place, this.access))}(${at})`
      : this.access.read(place[0] as number, at);
  }

  #write(binding: number, at: string, word: string): string {
    const place = this.memories[binding] as Place;
    return place.length > 1
      ? `${this.use(writeAcross(place, this.access))}(${at}, ${word});`
      : this.access.write(place[0] as number, at, word);
  }

  /** A word of the parameters: where bindings begin, the arguments, where the workspace begins. */
  #parameter(name: string, position: number, convert = (word: string) => word): string {
    if (!this.#declared.has(name)) {
      this.#declared.add(name);
      this.root.add(`let ${name} = ${convert(`parameters[${position >> 2}].${'xyzw'[position & 3]}`)};`);
    }
    return name;
  }

  #argument(slot: number, dtype: Scalar): string {
    const position = this.kernel.bindings.length + slot;
    return this.#parameter(`argument${slot}`, position, (word) => valueOfWord(dtype, word));
  }

  #render(scope: Scope, e: Expression, isKept: boolean): string {
    switch (e.kind) {
      case 'constant':
        return this.constant(e.dtype, e.value);
      case 'axis':
        return this.#axes.get(e.axis) as string;
      case 'reduced':
        return this.#reduced.get(e.reduction) as string;
      case 'argument':
        return this.#argument(e.slot, e.dtype);
      default:
    }
    let home = scope;
    const [axes, reductions] = [axesOf(e), reductionsOf(e)];
    while (home.parent?.knows(axes, reductions)) home = home.parent;
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const known = at.names.get(e);
      if (known !== undefined) return known;
    }
    const text = this.#text(home, e);
    const isInline = !isKept && home === scope && (this.#uses.get(e) ?? 0) < 2 && text.length <= longestInline;
    if (isInline) return `(${text})`;
    const name = this.name();
    home.add(`let ${name} = ${text};`);
    home.names.set(e, name);
    return name;
  }

  #text(home: Scope, e: Exclude<Expression, Leaf>): string {
    switch (e.kind) {
      case 'load': {
        const vector = this.vectors?.get(e);
        const found = vector
          ? valueOfWord(e.dtype, `${vector}.${this.component}`)
          : this.read(e.binding, this.value(home, e.index));
        // An index that is outside the memory reads some other word of it, which is not used.
        return e.guard ? `select(${this.constant(e.dtype, 0)}, ${found}, ${this.value(home, e.guard)})` : found;
      }
      case 'unary':
        return this.unary(e.fn, e.a.dtype, this.#operand(home, e.a, true));
      case 'binary': {
        const isConstant = e.a.kind === 'constant' && e.b.kind === 'constant';
        const a = this.#operand(home, e.a, isConstant);
        return binaryText(e.fn, e.a.dtype, a, this.value(home, e.b), this.use);
      }
      case 'select': {
        const [a, b] = [this.value(home, e.a), this.value(home, e.b)];
        return `select(${b}, ${a}, ${this.value(home, e.condition)})`;
      }
      case 'cast':
        return castText(e, this.#operand(home, e.a, true), this.use);
      case 'bounded':
        return `${this.use(bounded(this.access))}(${this.value(home, e.a)}, ${e.size}i)`;
      case 'random': {
        const numbers = [0, 1, 2, 3].map((i) => this.#argument(e.slot + i, 'uint32'));
        return `${this.use(randomWord)}(${[this.value(home, e.a), ...numbers].join(', ')})`;
      }
    }
  }

  /** Where nothing but constants are operated on, they are made variables: a shader whose constants overflow is refused. */
  #operand(home: Scope, e: Expression, isAlone: boolean): string {
    const text = this.value(home, e);
    if (e.kind !== 'constant' || !isAlone) return text;
    const name = this.name('c');
    this.root.add(`let ${name} = ${text};`);
    return name;
  }
}

type Leaf = { kind: 'constant' | 'axis' | 'reduced' | 'argument' };

/** A word of memory as a value. */
export function valueOfWord(dtype: Scalar, word: string): string {
  if (dtype === 'uint32') return word;
  return dtype === 'bool' ? `(${word} != 0u)` : `bitcast<${shaderTypes[dtype]}>(${word})`;
}

/** A value as a word of memory. */
export function wordOfValue(dtype: Scalar, value: string): string {
  if (dtype === 'uint32') return value;
  return dtype === 'bool' ? `select(0u, 1u, ${value})` : `bitcast<u32>(${value})`;
}

/** The reductions that an expression's value depends on, as a bit set. */
export function reductionsOf(e: Expression): number {
  if (e.kind === 'reduced') return 1 << e.reduction;
  const parts = operands(e);
  if (parts.length === 0) return 0;
  let reductions = knownReductions.get(e);
  if (reductions === undefined) {
    reductions = 0;
    for (const part of parts) reductions |= reductionsOf(part);
    knownReductions.set(e, reductions);
  }
  return reductions;
}

const knownReductions = new WeakMap<Expression, number>();
