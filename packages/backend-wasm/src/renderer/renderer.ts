import {
  dependsOn,
  type Expression,
  getOrMake,
  type Kernel,
  operands,
  type Scalar,
  type Store,
  termsOf,
} from '@evenkeel/backend';
import { type FunctionBuilder, f32x4, i32, i32x4, Local, type Value } from '../assembler/index.ts';
import { type Address, addressOf, isBound } from './addresses.ts';
import { Faults } from './faults.ts';
import { countUses, isBelowPeak, isScalarArithmetic, reductionsOf } from './graph.ts';
import { isIndexArithmetic, isNatural, type Lanes, lanesAlong, naturalWhere, sameLanes } from './lanes.ts';
import { loadVector, storeVector } from './memory.ts';
import { binaryOf, castOf, unaryOf } from './operations.ts';
import { blockOf, randomVector } from './random.ts';
import { type LoopLane, makeScope, type Scope } from './scope.ts';
import { type Features, type Vector, VectorMath } from './vector-math.ts';

export interface RendererParts {
  readonly f: FunctionBuilder;
  readonly features: Features;
  /** Where each binding begins. */
  readonly bases: readonly Value<'i32'>[];
  readonly dtypes: readonly Scalar[];
  readonly arguments: readonly Value[];
  readonly kernel: Kernel;
  readonly faultAddress: Value<'i32'>;
  /** Everything that will be rendered: what is used once needs no local. */
  readonly roots: readonly Expression[];
}

type BinaryExpression = Expression & { readonly kind: 'binary' };

/**
 * Turns expressions into vector code at the place where a loop nest stands. A value has four lanes, neighbors along the
 * vector axis of the innermost vector loop; outside one, all four lanes are the same element.
 */
export class Renderer {
  readonly f: FunctionBuilder;
  readonly math: VectorMath;
  readonly faults: Faults;
  readonly dtypes: readonly Scalar[];
  readonly #bases: readonly Value<'i32'>[];
  readonly #arguments: readonly Vector[];
  readonly #roots: ReadonlySet<Expression>;
  readonly #uses: ReadonlyMap<Expression, number>;
  readonly #kernel: Kernel;
  readonly #scopes: Scope[];
  readonly #reduced = new Map<number, { values: readonly Vector[]; byLane: boolean }>();
  #copy = 0;

  constructor(parts: RendererParts) {
    this.f = parts.f;
    this.math = new VectorMath(parts.f, parts.features);
    this.faults = new Faults(this.math, parts.faultAddress);
    this.dtypes = parts.dtypes;
    this.#bases = parts.bases;
    this.#roots = new Set(parts.roots);
    this.#uses = countUses(parts.roots, (e) => this.#parts(e));
    this.#kernel = parts.kernel;
    this.#scopes = [makeScope(undefined, undefined, i32.constant(0), { vector: false, copies: 1 })];
    this.#arguments = parts.arguments.map((value, i) => {
      const dtype = parts.kernel.arguments[i];
      if (dtype === 'float32') return this.f.v128(f32x4.splat(value as Value<'f32'>));
      const splat = i32x4.splat(value as Value<'i32'>);
      return this.f.v128(dtype === 'bool' ? i32x4.ne(splat, this.math.int(0)) : splat);
    });
  }

  get scope(): Scope {
    return this.#scopes[this.#scopes.length - 1] as Scope;
  }

  /** Renders the body with an axis at a position. */
  within(axis: number, position: Value<'i32'>, lane: LoopLane, body: () => void): void {
    const copy = this.#copy;
    if (lane.vector) this.#copy = 0;
    this.#scopes.push(makeScope(this.scope, axis, position, lane));
    body();
    this.#scopes.pop();
    this.#copy = copy;
  }

  /** The same at one position of an axis that is not looped over: what was computed there before is still known. */
  again(axis: number, position: number, body: () => void): void {
    const { inside } = this.scope;
    const key = `${axis} ${position}`;
    const scope = inside.get(key) ?? makeScope(this.scope, axis, i32.constant(position), { vector: false, copies: 1 });
    inside.set(key, scope);
    this.#scopes.push(scope);
    body();
    this.#scopes.pop();
  }

  /** The body for each of the vectors that this turn of the loop works on. */
  eachCopy(body: (copy: number) => void): void {
    for (let copy = 0; copy < this.scope.copies; copy++) {
      this.#copy = copy;
      body(copy);
    }
    this.#copy = 0;
  }

  /** The result of a reduction: one vector for all copies with equal lanes, or one by copy whose lanes differ. */
  setReduced(reduction: number, values: readonly Vector[], byLane: boolean): void {
    this.#reduced.set(reduction, { values, byLane });
  }

  /** The value as a vector where the nest stands. What is used more than once is computed once. */
  value(e: Expression): Vector {
    switch (e.kind) {
      case 'constant':
        return this.constant(e.dtype, e.value);
      case 'argument':
        return this.argument(e.slot);
      case 'reduced':
        return this.#reducedValue(e.reduction);
    }
    const known = this.#find(e);
    if (known) return known;
    const made = this.#compute(e);
    return (this.#uses.get(e) ?? 2) > 1 ? this.#remember(e, made) : made;
  }

  argument(slot: number): Vector {
    return this.#arguments[slot] as Vector;
  }

  /** The value in a local: computed here and now. */
  keep(e: Expression): Vector {
    const value = this.value(e);
    return value instanceof Local ? value : this.math.keep(value);
  }

  constant(dtype: Scalar, value: number): Vector {
    if (dtype === 'float32') return this.math.float(value);
    if (dtype === 'bool') return this.math.int(value === 0 ? 0 : -1);
    return this.math.int(value);
  }

  isUsedOnce(e: Expression): boolean {
    return this.#uses.get(e) === 1 && this.#find(e) === undefined;
  }

  /** Where lane 0 of the first copy of an element lies. The index must have lanes that are known beforehand. */
  address(binding: number, index: Expression): Address {
    const standing = {
      f: this.f,
      scopes: this.#scopes,
      isKnown: (part: Expression) => this.#isKnown(part),
      integer: (part: Expression) => this.integer(part),
    };
    return addressOf(standing, binding, this.base(binding), termsOf(index));
  }

  base(binding: number): Value<'i32'> {
    return this.#bases[binding] as Value<'i32'>;
  }

  /** How far each lane of the current copy is from lane 0 of the first copy; undefined where that is not known beforehand. */
  lanesOf(index: Expression, guard?: Expression): Lanes | undefined {
    const { vectorAxis, copies } = this.scope;
    if (vectorAxis === undefined) return sameLanes;
    if (this.#byLane(index)) return undefined;
    return lanesAlong(index, { axis: vectorAxis, copy: this.#copy, copies }, naturalWhere(guard));
  }

  store(store: Store, value: Vector): void {
    storeVector(this, store, value);
  }

  /**
   * Stores of all copies. All values come first: a store may overwrite, in place, what another value is made from; and V8 joins the
   * vectors of two copies only if nothing is stored between them.
   *
   * @param before what else is done with each copy, before its values
   */
  storeAll(stores: readonly Store[], before?: (copy: number) => void): void {
    const values: Vector[] = [];
    this.eachCopy((copy) => {
      before?.(copy);
      for (const store of stores) values.push(this.keep(store.value));
    });
    let next = 0;
    this.eachCopy(() => {
      for (const store of stores) this.store(store, values[next++] as Vector);
    });
  }

  /**
   * Computes here whatever of the coming code is known already, because inside the loops below it would be computed
   * again and again. `vectorAxis` is the axis that will be the vector axis, if one will.
   */
  hoist(values: readonly Expression[], stores: readonly Store[], vectorAxis: number | undefined): void {
    const seen = new Set<Expression>();
    const visit = (e: Expression): void => {
      if (seen.has(e)) return;
      seen.add(e);
      if (e.kind === 'constant' || e.kind === 'argument' || e.kind === 'reduced') return;
      if (this.#isKnown(e)) {
        if (e.kind === 'axis') return;
        const remember = () => this.#remember(e, this.#find(e) ?? this.#compute(e));
        if (this.#varies(e)) this.eachCopy(remember);
        else remember();
        return;
      }
      if (e.kind === 'load') {
        visitIndex(e.binding, e.index, e.guard);
        if (e.guard) visit(e.guard);
      } else if (e.kind === 'random') {
        visitScalar(blockOf(e));
      } else {
        this.#parts(e).forEach(visit);
      }
    };
    const visitIndex = (binding: number, index: Expression, guard?: Expression): void => {
      const place = vectorAxis !== undefined && { axis: vectorAxis, copy: 0, copies: 1 };
      if (place && !lanesAlong(index, place, naturalWhere(guard))) {
        visit(index);
      } else {
        this.address(binding, index);
        for (const part of termsOf(index).parts.keys()) visitScalar(part);
      }
    };
    const visitScalar = (e: Expression): void => {
      if (e.kind === 'constant' || e.kind === 'axis') return;
      if (this.#isKnown(e) && !this.#varies(e)) this.integer(e);
      else if (isScalarArithmetic(e)) operands(e).forEach(visitScalar);
      else visit(e);
    };
    for (const store of stores) visitIndex(store.binding, store.index);
    for (const value of values) visit(value);
  }

  #isKnown(e: Expression): boolean {
    if (!isBound(e, this.scope)) return false;
    const needed = reductionsOf(e);
    for (let i = 0; needed >>> i !== 0; i++) {
      if ((needed >>> i) & 1 && !this.#reduced.has(i)) return false;
    }
    return true;
  }

  /** Whether the copies of a value differ. */
  #varies(e: Expression): boolean {
    const { vectorAxis } = this.scope;
    if (vectorAxis === undefined) return false;
    return dependsOn(e, vectorAxis) || this.#byLane(e);
  }

  /** Whether a value depends on a reduction that has another result in each lane. */
  #byLane(e: Expression): boolean {
    const needed = reductionsOf(e);
    for (let i = 0; needed >>> i !== 0; i++) {
      if ((needed >>> i) & 1 && this.#reduced.get(i)?.byLane) return true;
    }
    return false;
  }

  #reducedValue(reduction: number): Vector {
    const result = this.#reduced.get(reduction);
    if (!result) throw new Error(`reduction ${reduction} is used before it is computed`);
    return result.values[result.byLane ? this.#copy : 0] as Vector;
  }

  #find(e: Expression): Vector | undefined {
    const varies = this.#varies(e);
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const scope = this.#scopes[i] as Scope;
      const found = (varies ? scope.byCopy[this.#copy] : scope.shared)?.get(e);
      if (found) return found;
    }
    return undefined;
  }

  #remember(e: Expression, value: Vector): Vector {
    const local = value instanceof Local ? value : this.math.keep(value);
    const { shared, byCopy } = this.scope;
    const memory = this.#varies(e) ? (byCopy[this.#copy] as Map<Expression, Vector>) : shared;
    memory.set(e, local);
    return local;
  }

  #compute(e: Expression): Vector {
    switch (e.kind) {
      case 'axis':
        return this.#axis(e.axis);
      case 'load':
        return loadVector(this, e);
      case 'unary':
        return unaryOf(this.math, e.fn, e.dtype, this.value(e.a), isBelowPeak(e.a, this.#kernel));
      case 'binary':
        return this.#fused(e) ?? this.#lanes(e) ?? this.#binary(e);
      case 'select':
        return this.math.select(this.value(e.condition), this.value(e.a), this.value(e.b));
      case 'cast':
        return castOf(this.math, e.a, e.dtype, this.value(e.a));
      case 'bounded':
        return this.faults.bounded(this.value(e.a), e.size);
      case 'random':
        return randomVector(this, e);
      default:
        throw new Error(`${e.kind} has no code of its own`);
    }
  }

  #binary(e: BinaryExpression): Vector {
    const { a, b, fn } = e;
    // A constant goes to the right, where the cheap forms of max and min want it.
    const swap = a.kind === 'constant' && b.kind !== 'constant' && (fn === 'max' || fn === 'min');
    const [left, right] = swap ? [b, a] : [a, b];
    return binaryOf(this.math, fn, left.dtype, this.value(left), this.value(right), right);
  }

  #fused(e: BinaryExpression): Vector | undefined {
    const [a, b, term] = this.#multiplyAdd(e)?.map((part) => this.value(part)) ?? [];
    return term && this.math[e.fn === 'add' ? 'madd' : 'nmadd'](a as Vector, b as Vector, term);
  }

  /** What is computed before an expression. */
  #parts(e: Expression): readonly Expression[] {
    return this.#multiplyAdd(e) ?? operands(e);
  }

  /**
   * The factors and the term of a sum that is one multiply-add. It is one wherever it is computed, whatever else the product is for,
   * unless that is stored or added up: otherwise two passes or kernels would differ in its last bit, and what equals its own maximum in
   * one of them would not in the other.
   */
  #multiplyAdd(e: Expression): readonly Expression[] | undefined {
    if (!this.math.features.fused || e.kind !== 'binary' || e.dtype !== 'float32') return undefined;
    const { fn, a, b } = e;
    if ((fn !== 'add' && fn !== 'sub') || a === b) return undefined;
    const isProduct = (part: Expression): part is BinaryExpression =>
      part.kind === 'binary' && part.fn === 'mul' && !this.#roots.has(part);
    const [product, term] = fn === 'sub' || isProduct(b) ? [b, a] : [a, b];
    return isProduct(product) ? [product.a, product.b, term] : undefined;
  }

  /** What is made from positions is computed once, as a scalar, where the lanes' distances are known. */
  #lanes(e: Expression): Vector | undefined {
    if (!isIndexArithmetic(e)) return undefined;
    const lanes = this.lanesOf(e);
    if (!lanes) return undefined;
    const first = i32x4.splat(this.integer(e));
    return lanes.every((lane) => lane === 0) ? first : i32x4.add(first, this.f.constant(lanes));
  }

  #axis(axis: number): Vector {
    const position = i32x4.splat(this.#position(axis));
    if (axis !== this.scope.vectorAxis) return position;
    const first = this.#copy * 4;
    const lanes = this.f.constant([first, first + 1, first + 2, first + 3]);
    return i32x4.add(position, lanes);
  }

  #position(axis: number): Value<'i32'> {
    const scope = this.#scopes.findLast((each) => each.axis === axis);
    if (!scope) throw new Error(`axis ${axis} has no position here`);
    return scope.position;
  }

  /** An index as a scalar, at lane 0 of copy 0. */
  integer(e: Expression): Value<'i32'> {
    if (e.kind === 'constant') return i32.constant(e.value);
    if (e.kind === 'axis') return this.#position(e.axis);
    const known = this.#scopes.findLast(({ integers }) => integers.has(e)) ?? this.scope;
    return getOrMake(known.integers, e, () => this.f.i32(this.#integerOf(e)));
  }

  #integerOf(e: Expression): Value<'i32'> {
    if (isScalarArithmetic(e)) {
      const a = this.integer(e.a);
      const b = this.integer(e.b);
      const { fn } = e;
      return i32[fn === 'div' || fn === 'rem' ? (`${fn}${isNatural(e) ? 'U' : 'S'}` as const) : fn](a, b);
    }
    return i32x4.extract(this.value(e), 0);
  }
}
