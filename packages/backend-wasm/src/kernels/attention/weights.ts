import { lowestScore } from '@evenkeel/backend';
import { type FunctionBuilder, f32x4, i32, i32x4, type Local, type Value, v128 } from '../../assembler/index.ts';
import { exp } from '../../renderer/simd-math/exponential.ts';
import type { Vector, VectorMath } from '../../renderer/vector-math.ts';
import type { AttentionPlan } from './plan.ts';

/** Where the blocks begin that weights are made in. */
export interface WeightPlaces {
  readonly scores: Local<'i32'>;
  readonly factor: Local<'i32'>;
  readonly rowNumbers: Local<'i32'>;
  readonly scoreGradient: Local<'i32'>;
}

/** Rows side by side: their sums do not wait for each other. */
const group = 4;
const groupRows = [0, 1, 2, 3] as const;

/**
 * Makes weights of the scores of `count` rows from row `first` on, times the factor. Forward their sum stays undivided, and its
 * inverse is left for each row. Backward they are divided, and the derivatives of the weights become those of the scores.
 */
export function emitWeights(
  math: VectorMath,
  plan: AttentionPlan,
  places: WeightPlaces,
  first: Local<'i32'>,
  count: Local<'i32'>,
): void {
  const { f } = math;
  const { kernel, blocks } = plan;
  const rowBytes = blocks.scores.pitch * 4;
  const factorBytes = plan.factorPitch * 4;
  const [scores, factor, gradient, numbers] = [
    f.i32(places.scores),
    f.i32(places.factor),
    f.i32(places.scoreGradient),
    f.i32(places.rowNumbers),
  ];
  const isForward = kernel.routine === 'attention';
  const row = f.i32();
  f.range(row, 0, count, group, () => {
    const line = new GroupOfRows(math, plan, f.i32(i32.add(first, row)));
    const lowest = math.float(lowestScore);
    const most = groupRows.map(() => math.keep(lowest));
    line.each([scores], ([at], mask) => {
      most.forEach((own, q) => {
        const score = v128.load(at, q * rowBytes);
        own.set(f32x4.pmax(own, mask ? math.select(mask(q), score, lowest) : score));
      });
    });
    for (const own of most) spread(own, f32x4.pmax);
    const sums = groupRows.map(() => math.keep(math.int(0)));
    const isMultiplied = kernel.factor !== undefined;
    line.each(isForward && isMultiplied ? [scores, factor] : [scores], ([at, by], mask) => {
      sums.forEach((sum, q) => {
        const offset = q * rowBytes;
        const weight = math.keep(exp(math, f32x4.sub(v128.load(at, offset), most[q] as Vector)));
        if (mask) weight.set(v128.and(weight, mask(q)));
        sum.set(f32x4.add(sum, weight));
        f.emit(v128.store(at, by ? f32x4.mul(weight, v128.load(by, q * factorBytes)) : weight, offset));
      });
    });
    for (const sum of sums) {
      spread(sum, f32x4.add);
      // Of a row in which nothing weighs it stays 0.
      sum.set(v128.and(f32x4.div(math.float(1), sum), f32x4.ne(sum, math.int(0))));
    }
    if (isForward) {
      sums.forEach((inverse, q) => {
        f.emit(v128.store32Lane(numbers, inverse, 0, q * 4));
      });
      line.clearRest([scores]);
    } else {
      const less = groupRows.map((q) => math.keep(v128.load32Splat(numbers, q * 4)));
      line.each(isMultiplied ? [scores, gradient, factor] : [scores, gradient], ([at, of, by], mask) => {
        sums.forEach((inverse, q) => {
          const offset = q * rowBytes;
          const weight = math.keep(f32x4.mul(v128.load(at, offset), inverse));
          const scale = by && math.keep(v128.load(by, q * factorBytes));
          const ofWeight = v128.load(of as Local<'i32'>, offset);
          const ofFactored = scale ? f32x4.mul(ofWeight, scale) : ofWeight;
          const ofScore = f32x4.mul(weight, f32x4.sub(ofFactored, less[q] as Vector));
          f.emit(v128.store(of as Local<'i32'>, mask ? v128.and(ofScore, mask(q)) : ofScore, offset));
          f.emit(v128.store(at, scale ? f32x4.mul(weight, scale) : weight, offset));
        });
      });
      line.clearRest([scores, gradient]);
    }
    for (const block of [scores, gradient]) block.set(i32.add(block, group * rowBytes));
    factor.set(i32.add(factor, group * factorBytes));
    numbers.set(i32.add(numbers, group * 4));
  });
}

/** The columns that four rows see: in whole vectors, and in one more of which each row sees some lanes. */
class GroupOfRows {
  readonly #f: FunctionBuilder;
  readonly #rowBytes: number;
  readonly #isCausal: boolean;
  /** Bytes of the whole vectors. */
  readonly #whole: Value<'i32'>;
  /** Whether there is one more; undefined where there never is. */
  readonly #hasRest: Value<'i32'> | undefined;
  readonly #masks: readonly Vector[] = [];

  constructor(math: VectorMath, { kernel, blocks }: AttentionPlan, row: Local<'i32'>) {
    const { f } = math;
    const { columns, causal } = kernel;
    this.#f = f;
    this.#isCausal = causal;
    this.#rowBytes = blocks.scores.pitch * 4;
    const vectors = columns - (columns % 4);
    if (!causal) {
      this.#whole = i32.constant(vectors * 4);
      if (vectors === columns) return;
      this.#hasRest = i32.constant(1);
      const lanes = [0, 1, 2, 3].map((lane) => (vectors + lane < columns ? -1 : 0)) as [number, number, number, number];
      this.#masks = groupRows.map(() => f.constant(lanes));
      return;
    }
    const whole = f.i32(i32.minU(row, vectors));
    this.#whole = f.i32(i32.mul(whole, 4));
    this.#hasRest = i32.ltU(whole, columns);
    this.#masks = groupRows.map((q) => {
      const seen = f.i32(i32.add(row, q + 1));
      const lanes = i32.sub(i32.minU(seen, columns), whole);
      return math.keep(i32x4.ltS(f.constant([0, 1, 2, 3]), i32x4.splat(lanes)));
    });
  }

  /** The body at each vector of blocks: with masks, one for each row, where rows do not see all of it. */
  each(
    blocks: readonly Local<'i32'>[],
    body: (at: [Local<'i32'>, ...Local<'i32'>[]], mask?: (row: number) => Vector) => void,
  ): void {
    const f = this.#f;
    const at = blocks.map((block) => f.i32(block)) as [Local<'i32'>, ...Local<'i32'>[]];
    f.if(this.#whole, () => {
      const end = f.i32(i32.add(at[0], this.#whole));
      f.doWhile(() => {
        body(at);
        for (const pointer of at) pointer.set(i32.add(pointer, 16));
        return i32.ltU(at[0], end);
      });
    });
    if (this.#hasRest) f.if(this.#hasRest, () => body(at, (q) => this.#masks[q] as Vector));
  }

  /** Zeros behind what the rows see, for tiles of rows that see different numbers of columns. */
  clearRest(blocks: readonly Local<'i32'>[]): void {
    const f = this.#f;
    const zero = f.constant([0, 0, 0, 0]);
    if (!this.#hasRest || !this.#isCausal) return;
    f.if(this.#hasRest, () => {
      for (const block of blocks) {
        const at = f.i32(i32.add(block, this.#whole));
        for (const q of groupRows) {
          f.emit(v128.store(at, zero, q * this.#rowBytes + 16));
        }
      }
    });
  }
}

/** What all lanes make together, in each of them. */
function spread(lanes: Local<'v128'>, combine: (a: Vector, b: Vector) => Vector): void {
  lanes.set(combine(lanes, v128.shuffle(lanes, lanes, [2, 3, 0, 1])));
  lanes.set(combine(lanes, v128.shuffle(lanes, lanes, [1, 0, 3, 2])));
}
