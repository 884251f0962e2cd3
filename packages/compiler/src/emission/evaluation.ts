import {
  argument,
  binary,
  cast,
  computedIn,
  constant,
  contiguousStrides,
  type Expression,
  getOrMake,
  integer,
  type KernelBinding,
  load,
  numberOf,
  type Reduction,
  reduced,
  type Scalar,
  type Store,
  select,
  weightedSum,
  zero,
} from '@evenkeel/backend';
import { DeviceError } from '@evenkeel/errors';
import type { Cluster, Folding } from '../fusion/cluster.ts';
import { neutralOf } from '../fusion/kinds.ts';
import { type Memory, placeOf, wholeOf } from '../fusion/memory.ts';
import type { AppliedValue, Value } from '../graph/value.ts';
import { folding } from '../lowering/fold.ts';
import { firstElement } from '../lowering/operand.ts';
import { keyOf, tidy } from '../positions/divide.ts';
import { ravel } from '../positions/reshape.ts';
import type { Primitive } from '../primitive.ts';
import type { ReductionAttributes } from '../reduction.ts';

/** Writes one cluster's values as expressions, and gathers what the kernel binds while it does. */
export class Evaluation {
  readonly bindings: KernelBinding[] = [];
  readonly memories: Exclude<Memory, { kind: 'part' }>[] = [];
  readonly arguments: Scalar[] = [];
  readonly slots: number[] = [];
  readonly reductions: Reduction[] = [];
  readonly #cluster: Cluster;
  readonly #located: ReadonlyMap<Value, Memory>;
  readonly #known = new Map<string, Expression>();
  readonly #folded = new Map<AppliedValue, Expression>();
  readonly #wide = new Map<Expression, Expression>();

  constructor(cluster: Cluster, located: ReadonlyMap<Value, Memory>) {
    this.#cluster = cluster;
    this.#located = located;
  }

  /** A value at a place; where `guard` does not hold, anything that can be computed without reading. */
  at(value: Value, at: readonly Expression[], guard?: Expression): Expression {
    if (value.kind === 'constant') return constant(value.dtype, value.number);
    if (value.kind === 'argument') return this.argument(value.dtype, value.slot);
    const key = `${value.id}|${at.map(keyOf).join('|')}|${guard ? numberOf(guard) : ''}`;
    return getOrMake(this.#known, key, () => {
      const isHere = value.kind === 'applied' && this.#cluster.members.has(value);
      return isHere ? this.#computed(value, at, guard) : this.#loaded(value, at, guard);
    });
  }

  /** A value at a place, in the dtype in which it is computed with. */
  wide(value: Value, at: readonly Expression[], guard?: Expression): Expression {
    const stored = this.at(value, at, guard);
    const dtype = computedIn(stored.dtype);
    return dtype === stored.dtype ? stored : getOrMake(this.#wide, stored, () => cast(dtype, stored));
  }

  argument(dtype: Scalar, slot: number): Expression {
    const wide = computedIn(dtype);
    let own = this.slots.indexOf(slot);
    if (own < 0) {
      own = this.slots.push(slot) - 1;
      this.arguments.push(wide);
    }
    return cast(dtype, argument(wide, own));
  }

  /** The binding of memory that is written. */
  written(memory: Memory, dtype: Scalar): number {
    return this.#bind(memory, dtype, 'write');
  }

  /** What the cluster keeps, as stores. */
  stores(): Store[] {
    return this.#cluster.kept.map(({ value, at, memory, from }) => {
      const stored = from ? this.at((value as AppliedValue).inputs[0] as Value, from) : this.at(value, at);
      const binding = this.written(memory, value.dtype);
      return { binding, index: elementIn(memory, value, at), value: stored };
    });
  }

  #loaded(value: Value, at: readonly Expression[], guard?: Expression): Expression {
    const memory: Memory | undefined =
      value.kind === 'input' ? { kind: 'input', input: value } : this.#located.get(value);
    if (!memory) throw new DeviceError(`the plan has no memory for value ${value.id}`, { op: nameOf(value) });
    const binding = this.#bind(memory, value.dtype, 'read');
    return load(value.dtype, binding, elementIn(memory, value, at), guard);
  }

  #bind(memory: Memory, dtype: Scalar, access: KernelBinding['access']): number {
    const whole = wholeOf(memory);
    const place = placeOf(whole);
    const known = this.memories.findIndex(
      (other, i) => placeOf(other) === place && this.bindings[i]?.access === access,
    );
    if (known >= 0) return known;
    this.memories.push(whole);
    return this.bindings.push({ dtype, access }) - 1;
  }

  #computed(value: AppliedValue, at: readonly Expression[], guard?: Expression): Expression {
    const neutral = neutralOf(value);
    if (neutral !== undefined) return constant(value.dtype, neutral);
    if (value === this.#cluster.product?.value) return cast(value.dtype, reduced(computedIn(value.dtype), 0));
    const fold = this.#cluster.folds.get(value);
    if (fold) return this.#fold(value, fold);
    const { inputs, attributes } = value;
    const { lowering } = value.primitive as unknown as Primitive<object>;
    const first = inputs[0] as Value;
    switch (lowering.kind) {
      case 'pointwise':
        return cast(
          value.dtype,
          lowering.scalar(
            inputs.map((input) => this.wide(input, at, guard)),
            attributes,
          ),
        );
      case 'source':
        return cast(value.dtype, lowering.element(at, attributes, this.#argumentsOf(value, lowering.numbers)));
      case 'view':
        return this.at(first, lowering.from(at, first, attributes, this.#cluster.extents), guard);
      case 'rearrangement': {
        const source = lowering.from(at, first, attributes);
        if (!source.guard) return this.at(first, source.at, guard);
        const both = guard ? binary('and', guard, source.guard) : source.guard;
        return guarded(this.at(first, source.at, both), source.guard);
      }
      case 'gather': {
        const { dim } = attributes as { dim: number };
        const position = guarded(this.at(inputs[1] as Value, at, guard), guard);
        const size = first.shape[dim] as number;
        const found: Expression = { kind: 'bounded', dtype: 'int32', a: position, size };
        const value = this.at(
          first,
          at.map((place, d) => (d === dim ? found : place)),
          guard,
        );
        // A number is the same everywhere, but a position outside is reported all the same.
        const isNumber = first.kind === 'constant' || first.kind === 'argument';
        return isNumber ? select(binary('ge', found, integer(0)), value, value) : value;
      }
      default:
        throw new DeviceError(`${value.primitive.name} cannot be written as an expression`, {
          op: value.primitive.name,
        });
    }
  }

  /** The kernel's number for the first of the operation's own arguments. */
  #argumentsOf({ slot = 0 }: AppliedValue, dtypes: readonly Scalar[] = []): number {
    dtypes.forEach((dtype, i) => {
      this.argument(dtype, slot + i);
    });
    return this.slots.indexOf(slot);
  }

  #fold(value: AppliedValue, { at, guard }: Folding): Expression {
    return getOrMake(this.#folded, value, () => {
      const operand = value.inputs[0] as Value;
      const { lowering } = value.primitive;
      const plain = guarded(this.wide(operand, at, guard), guard);
      if (lowering.kind !== 'reduction') return cast(value.dtype, folding('sum', plain, plain, this.reductions));
      const { dims } = value.attributes as ReductionAttributes;
      const shape = dims.map((dim) => operand.shape[dim] as number);
      const position = ravel(
        dims.map((dim) => at[dim] as Expression),
        shape,
      );
      return cast(value.dtype, folding(lowering.fold, plain, position, this.reductions));
    });
  }
}

/** A value where the guard holds, 0 elsewhere, as what is not read is already. */
function guarded(value: Expression, guard: Expression | undefined): Expression {
  return guard && value.kind !== 'load' ? select(guard, value, zero(value.dtype)) : value;
}

/** The index of a value's element within the memory where the value lies. */
export function elementIn(memory: Memory, value: Value, at: readonly Expression[]): Expression {
  if (memory.kind === 'part') return tidy(weightedSum(at, memory.strides, memory.offset));
  if (memory.kind === 'input') {
    const { shape, strides } = memory.input;
    return tidy(weightedSum(at, strides, firstElement(shape, strides)));
  }
  return tidy(weightedSum(at, contiguousStrides(value.shape)));
}

function nameOf(value: Value): string {
  return value.kind === 'applied' ? value.primitive.name : value.kind;
}
