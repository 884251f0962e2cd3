/** Kernels that do the same to each element of some memories: several of them can be one, if their memories lie side by side. */
import {
  type Expression,
  isContiguous,
  type LoopKernel,
  operands as partsOf,
  type Scalar,
  type Store,
  sizeOf,
} from '@evenkeel/backend';
import type { Emitted } from '../emission/emit.ts';
import { type Memory, wholeOf } from '../fusion/memory.ts';
import { sumOf } from '../positions/divide.ts';
import { withPlaces } from './rewrite-kernel.ts';

/** Where a map kernel reads or writes. */
export interface Operand {
  readonly binding: number;
  readonly memory: Memory;
  readonly dtype: Scalar;
  /** Where element 0 is. */
  readonly offset: number;
  /** Whether it goes along with the elements or is one number for all of them; with one element nobody knows. */
  readonly moves: boolean | undefined;
}

export interface MapKernel {
  readonly emitted: Emitted;
  readonly kernel: LoopKernel;
  readonly size: number;
  /** What is computed from which operands, whichever memory they are: text that is equal for equal work. */
  readonly work: string;
  readonly operands: readonly Operand[];
  /** The number of the operand at an index of a binding. */
  readonly operandOf: (binding: number, index: Expression) => number | undefined;
}

/** A kernel as a map, if it is one: one axis, no folds, and every place is the element's own or the same for all. */
export function mapKernelOf(emitted: Emitted): MapKernel | undefined {
  const [kernel] = emitted.kernels;
  const isMap =
    kernel?.form === 'loop' &&
    emitted.kernels.length === 1 &&
    kernel.outer.length <= 1 &&
    kernel.inner.length === 0 &&
    kernel.reductions.length === 0;
  if (!isMap) return undefined;
  const size = sizeOf(kernel.outer);
  const description = new Description(emitted, kernel, size);
  const work = description.of(kernel.stores);
  const operandOf = (binding: number, index: Expression) => description.operandOf(binding, index);
  return work === undefined ? undefined : { emitted, kernel, size, work, operands: description.operands, operandOf };
}

/** The kernel over more elements, with its operands elsewhere: `indices` by operand. */
export function widened({ kernel, operandOf }: MapKernel, extent: number, indices: readonly Expression[]): LoopKernel {
  const moved = withPlaces(kernel, ({ binding, index }) => indices[operandOf(binding, index) as number] as Expression);
  return { ...moved, outer: [extent] };
}

/** Writes down what stores compute, and numbers their operands. */
class Description {
  readonly operands: Operand[] = [];
  readonly #emitted: Emitted;
  readonly #kernel: LoopKernel;
  readonly #size: number;
  readonly #lines: string[] = [];
  readonly #known = new Map<Expression, string | undefined>();

  constructor(emitted: Emitted, kernel: LoopKernel, size: number) {
    this.#emitted = emitted;
    this.#kernel = kernel;
    this.#size = size;
  }

  of(stores: readonly Store[]): string | undefined {
    for (const { binding, index, value } of stores) {
      const stored = this.#text(value);
      const operand = this.operandOf(binding, index);
      if (stored === undefined || operand === undefined || this.operands[operand]?.moves === false) return undefined;
      this.#lines.push(`${this.operands[operand]?.dtype} @${operand} = ${stored}`);
    }
    return this.#lines.join(';');
  }

  /** The number of what lies at an index of a binding, if a map may read or write there. */
  operandOf(binding: number, index: Expression): number | undefined {
    const { offset, terms } = sumOf(index);
    const [term] = terms;
    if (terms.length > 1 || (term && (term.atom.kind !== 'axis' || term.coefficient !== 1))) return undefined;
    const moves = this.#size === 1 ? undefined : term !== undefined;
    const known = this.operands.findIndex(
      (operand) => operand.binding === binding && operand.offset === offset && operand.moves === moves,
    );
    if (known >= 0) return known;
    const { dtype } = this.#kernel.bindings[binding] as LoopKernel['bindings'][number];
    const memory = wholeOf(this.#emitted.memories[binding] as Memory);
    if (memory.kind === 'input' && !isContiguous(memory.input.shape, memory.input.strides)) return undefined;
    return this.operands.push({ binding, memory, dtype, offset, moves }) - 1;
  }

  #text(e: Expression): string | undefined {
    if (this.#known.has(e)) return this.#known.get(e);
    const text = this.#line(e);
    const name = text === undefined ? undefined : `t${this.#lines.push(text) - 1}`;
    this.#known.set(e, name);
    return name;
  }

  #line(e: Expression): string | undefined {
    switch (e.kind) {
      case 'constant':
        return `${e.dtype} ${Object.is(e.value, -0) ? '-0' : e.value}`;
      case 'argument':
        return `${e.dtype} $${this.#emitted.slots[e.slot]}`;
      case 'load': {
        const operand = e.guard ? undefined : this.operandOf(e.binding, e.index);
        return operand === undefined ? undefined : `${e.dtype} @${operand}`;
      }
      case 'unary':
      case 'binary':
      case 'select':
      case 'cast': {
        const parts = partsOf(e).map((part) => this.#text(part));
        if (parts.includes(undefined)) return undefined;
        return `${e.dtype} ${'fn' in e ? e.fn : e.kind}(${parts})`;
      }
      default:
        return undefined;
    }
  }
}
