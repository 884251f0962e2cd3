import { type BinaryFunction, identityOf, type Reduction, type ReductionFunction, type Store } from '@evenkeel/backend';
import { f32x4, i32, i32x4, type Local, v128 } from '../assembler/index.ts';
import { mapLanes, sameLanes } from '../renderer/lanes.ts';
import { binaryOf } from '../renderer/operations.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { Vector } from '../renderer/vector-math.ts';
import { isPartial, type LoopAxis, type Nest, runNest, turnsFrom } from './nest.ts';

/** How two values become one. */
export const combining: Readonly<Record<ReductionFunction, BinaryFunction>> = {
  sum: 'add',
  prod: 'mul',
  max: 'max',
  min: 'min',
};

// A float sum adds at most so many values to one register before that goes into a compensated total (Kahan), so the
// error does not grow with the length beyond that.
const blockTurns = 128;

interface Total {
  readonly sum: Local<'v128'>;
  /** What rounding has added too much. */
  readonly excess: Local<'v128'>;
}

class Accumulator {
  readonly reduction: Reduction;
  readonly #renderer: Renderer;
  readonly #registers: Local<'v128'>[];
  readonly #totals: readonly Total[];
  /** Masks of the lanes that have met a NaN, by register; only for max and min of floats. */
  readonly #unordered: readonly Local<'v128'>[];

  constructor(renderer: Renderer, reduction: Reduction, registers: number, blocked: boolean) {
    this.#renderer = renderer;
    this.reduction = reduction;
    const zeros = () => renderer.f.v128(this.#identity());
    this.#registers = Array.from({ length: registers }, zeros);
    this.#totals = Array.from({ length: blocked && isFloatSum(reduction) ? registers : 0 }, () => ({
      sum: zeros(),
      excess: zeros(),
    }));
    const none = () => renderer.f.v128(renderer.math.int(0));
    this.#unordered = Array.from({ length: this.#isFloatExtreme ? registers : 0 }, none);
  }

  get #isFloatExtreme(): boolean {
    const { fn, value } = this.reduction;
    return value.dtype === 'float32' && (fn === 'max' || fn === 'min');
  }

  /** The registers as results of their own, lane by lane. */
  get results(): readonly Local<'v128'>[] {
    const { math } = this.#renderer;
    this.#unordered.forEach((mask, i) => {
      const local = this.#registers[i] as Local<'v128'>;
      local.set(math.select(mask, math.float(NaN), local));
    });
    return this.#registers;
  }

  /** @param valid the lanes that are added */
  add(register: number, valid: Vector | undefined): void {
    const { math } = this.#renderer;
    const local = this.#registers[register] as Local<'v128'>;
    const set = (next: Vector): void => local.set(valid ? math.select(valid, next, local) : next);
    const { value } = this.reduction;
    const isProduct = value.kind === 'binary' && value.fn === 'mul' && isFloatSum(this.reduction);
    if (isProduct && math.features.fused && this.#renderer.isUsedOnce(value)) {
      set(math.madd(this.#renderer.value(value.a), this.#renderer.value(value.b), local));
    } else if (this.#isFloatExtreme) {
      // Three instructions, where the engine makes eight of a max that keeps NaN.
      const unordered = this.#unordered[register] as Local<'v128'>;
      const next = this.#renderer.keep(value);
      const isNone = f32x4.ne(next, next);
      unordered.set(v128.or(unordered, valid ? v128.and(isNone, valid) : isNone));
      set(this.#combine(local, next));
    } else {
      set(this.#combine(local, this.#renderer.value(value)));
    }
  }

  flush(): void {
    const { math } = this.#renderer;
    this.#totals.forEach(({ sum, excess }, i) => {
      const local = this.#registers[i] as Local<'v128'>;
      const term = math.keep(f32x4.sub(local, excess));
      const next = math.keep(f32x4.add(sum, term));
      // Of an infinite total the excess is no number, and must not make the next total none.
      const lost = math.keep(f32x4.sub(f32x4.sub(next, sum), term));
      excess.set(v128.and(lost, f32x4.eq(lost, lost)));
      sum.set(next);
      local.set(this.#identity());
    });
  }

  /** Puts what was flushed back into the registers. */
  close(): void {
    this.#totals.forEach(({ sum }, i) => {
      const local = this.#registers[i] as Local<'v128'>;
      local.set(f32x4.add(sum, local));
    });
  }

  /** All registers and all their lanes as one value in all lanes; the last register may have equal lanes already. */
  combineLanes(lastHasEqualLanes: boolean): Local<'v128'> {
    const { math } = this.#renderer;
    const vectors = this.#registers.length - Number(lastHasEqualLanes);
    const single = this.#registers[vectors];
    let sum: Vector | undefined = pairwise(this.#registers.slice(0, vectors), (a, b) => this.#combine(a, b));
    if (sum) {
      const pairs = math.keep(sum);
      const crossed = v128.shuffle(pairs, pairs, [2, 3, 0, 1]);
      const halves = math.keep(this.#combine(pairs, crossed));
      sum = this.#combine(halves, v128.shuffle(halves, halves, [1, 0, 3, 2]));
    }
    const total = sum && single ? this.#combine(sum, single) : ((sum ?? single) as Vector);
    if (this.#unordered.length === 0) return math.keep(total);
    const unordered = this.#unordered.reduce<Vector>((a, b) => v128.or(a, b), math.int(0));
    const mask = i32x4.splat(i32.sub(0, v128.anyTrue(unordered)));
    return math.keep(math.select(mask, math.float(NaN), total));
  }

  #identity(): Vector {
    const { fn, value } = this.reduction;
    return this.#renderer.constant(value.dtype, identityOf(fn, value.dtype));
  }

  #combine(a: Vector, b: Vector): Vector {
    const { fn, value } = this.reduction;
    // NaN is kept track of beside the registers.
    if (this.#isFloatExtreme) return (fn === 'max' ? f32x4.pmax : f32x4.pmin)(a, b);
    return binaryOf(this.#renderer.math, combining[fn], value.dtype, a, b);
  }
}

function isFloatSum({ fn, value }: Reduction): boolean {
  return fn === 'sum' && value.dtype === 'float32';
}

function pairwise(vectors: readonly Vector[], combine: (a: Vector, b: Vector) => Vector): Vector | undefined {
  if (vectors.length <= 1) return vectors[0];
  const half = vectors.length >> 1;
  return combine(pairwise(vectors.slice(0, half), combine) as Vector, pairwise(vectors.slice(half), combine) as Vector);
}

/**
 * One pass over the inner axes for reductions that do not use each other. Inside a vector loop each lane is a result
 * of its own; otherwise the lanes along the vector axis are combined at the end, and single elements that are left of the
 * axis go to a register of their own. `stores` are made on the way.
 */
export function runPass(
  renderer: Renderer,
  axes: readonly LoopAxis[],
  reductions: readonly { readonly index: number; readonly reduction: Reduction }[],
  stores: readonly Store[],
): void {
  const rows = axes.find((a) => a.copies > 0);
  const byLane = renderer.scope.vectorAxis !== undefined;
  const blocked = turnsFrom(axes, 0) > blockTurns && reductions.some(({ reduction }) => isFloatSum(reduction));
  const flush = (): void => {
    for (const a of accumulators) a.flush();
  };
  const nest: Nest = {
    axes,
    values: [...reductions.map(({ reduction }) => reduction.value), ...stores.map(({ value }) => value)],
    stores,
    blocks: blocked ? { turns: blockTurns, flush } : undefined,
    allowsPartial: true,
    body() {
      const { vectorAxis, valid } = renderer.scope;
      const mask =
        valid < 4 && !byLane
          ? renderer.f.constant(mapLanes(sameLanes, (_, lane) => (lane < valid ? -1 : 0)))
          : undefined;
      renderer.storeAll(stores, (copy) => {
        for (const a of accumulators) a.add(vectorAxis === undefined ? registers - 1 : copy, mask);
      });
    },
  };
  const vectors = rows && rows.extent >= 4 ? rows.copies : 0;
  const hasTail = rows ? rows.extent % 4 !== 0 && !isPartial(nest, rows) : !byLane;
  const registers = byLane ? renderer.scope.copies : vectors + (hasTail ? 1 : 0);
  const accumulators = reductions.map(({ reduction }) => new Accumulator(renderer, reduction, registers, blocked));
  runNest(renderer, nest);
  accumulators.forEach((a, i) => {
    a.close();
    const { index } = reductions[i] as { index: number };
    if (byLane) renderer.setReduced(index, a.results, true);
    else renderer.setReduced(index, [a.combineLanes(hasTail)], false);
  });
}
