import { axis, identityOf, type ScanKernel, type Store, weightedSum } from '@evenkeel/backend';
import { f32x4, f64x2, i32, type Local, v128 } from '../assembler/index.ts';
import { binaryOf } from '../renderer/operations.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { Features, Vector } from '../renderer/vector-math.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { KernelModule } from './kernel-module.ts';
import { cutNest, runNest } from './nest.ts';
import { combining } from './reduction.ts';
import { rowCopies, timeOf } from './vector-axis.ts';

const outerAxis = 0;
const lengthAxis = 1;
const innerAxis = 2;

/** Running folds, line by line; where lines lie side by side the lanes of a vector are neighboring lines. */
export function emitScan(kernel: ScanKernel, features: Features): KernelModule {
  const { outer, length, inner, value, output } = kernel;
  const emitter = new KernelEmitter(kernel, features, [value]);
  const index = weightedSum([axis(outerAxis), axis(lengthAxis), axis(innerAxis)], [length * inner, inner, 1]);
  const store: Store = { binding: output, index, value };
  const axes = [
    { axis: outerAxis, extent: outer, copies: 0 },
    { axis: innerAxis, extent: inner, copies: rowCopies([value], [store], innerAxis, inner) },
  ];
  const work = outer * length * inner * timeOf({ values: [value], stores: [store] });
  const along = cutNest(axes, work);
  emitter.phase({ work, along }, ({ renderer, shared }) => {
    if (length === 0) return;
    runNest(renderer, {
      axes,
      values: [value],
      stores: [store],
      shared,
      body: () => foldLine(renderer, kernel, store),
    });
  });
  return emitter.finish();
}

function foldLine(renderer: Renderer, kernel: ScanKernel, store: Store): void {
  const { f } = renderer;
  const { length, reverse, value } = kernel;
  const folds = Array.from({ length: renderer.scope.copies }, () => new RunningFold(renderer, kernel));
  renderer.hoist([value], [store], undefined);
  const turn = f.i32();
  const position = reverse ? f.i32() : turn;
  f.range(turn, 0, length, 1, () => {
    if (reverse) position.set(i32.sub(length - 1, turn));
    renderer.within(lengthAxis, position, { vector: false, copies: 1 }, () => {
      renderer.eachCopy((copy) => {
        renderer.store(store, (folds[copy] as RunningFold).add(renderer.keep(value)));
      });
    });
  });
}

/** The fold so far. Sums and products of floats are kept in float64, as PyTorch keeps them. */
class RunningFold {
  readonly #renderer: Renderer;
  readonly #kernel: ScanKernel;
  readonly #isWide: boolean;
  /** Lanes 0 and 1, then 2 and 3, where the fold is wide and the lanes differ. */
  readonly #totals: readonly Local<'v128'>[];

  constructor(renderer: Renderer, kernel: ScanKernel) {
    this.#renderer = renderer;
    this.#kernel = kernel;
    const { fn, value } = kernel;
    const { math, scope } = renderer;
    this.#isWide = value.dtype === 'float32' && (fn === 'sum' || fn === 'prod');
    const identity = identityOf(fn, value.dtype);
    const start = this.#isWide ? math.double(identity) : renderer.constant(value.dtype, identity);
    const totals = this.#isWide && scope.vectorAxis !== undefined ? 2 : 1;
    this.#totals = Array.from({ length: totals }, () => math.keep(start));
  }

  /** The fold with one more value, which is written more than once. */
  add(value: Vector): Vector {
    const { math } = this.#renderer;
    const { fn, value: source } = this.#kernel;
    const [total, upper] = this.#totals as [Local<'v128'>, Local<'v128'> | undefined];
    if (!this.#isWide) {
      total.set(binaryOf(math, combining[fn], source.dtype, total, value));
      return total;
    }
    const combine = fn === 'sum' ? f64x2.add : f64x2.mul;
    total.set(combine(total, f64x2.promoteLowF32x4(value)));
    const low = f32x4.demoteF64x2Zero(total);
    if (!upper) return math.keep(low);
    upper.set(combine(upper, f64x2.promoteLowF32x4(v128.shuffle(value, value, [2, 3, 2, 3]))));
    return math.keep(math.joinHalves(low, f32x4.demoteF64x2Zero(upper)));
  }
}
