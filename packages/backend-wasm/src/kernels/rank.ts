import { axis, binary, type Expression, integer, type RankKernel } from '@evenkeel/backend';
import { f32x4, i32, i32x4, i64, type Local, select, v128 } from '../assembler/index.ts';
import { placeAt } from '../renderer/addresses.ts';
import type { Renderer } from '../renderer/renderer.ts';
import type { Features, Vector, VectorMath } from '../renderer/vector-math.ts';
import { KernelEmitter } from './kernel-emitter.ts';
import type { KernelModule } from './kernel-module.ts';
import { cutNest, runNest } from './nest.ts';
import { rowCopies, timeOf } from './vector-axis.ts';

const outerAxis = 0;
const lengthAxis = 1;
const innerAxis = 2;

/** A position and its key above it, so that one 64-bit comparison orders by key and keeps the order of equal ones. */
const pairBytes = 8;

/** Line by line: pairs of key and position are sorted, then each position is told its place. */
export function emitRank(kernel: RankKernel, features: Features): KernelModule {
  const { outer, length, inner, value } = kernel;
  const emitter = new KernelEmitter(kernel, features, [value]);
  const axes = [
    { axis: outerAxis, extent: outer, copies: 0 },
    { axis: innerAxis, extent: inner, copies: 0 },
  ];
  const scratch = kernel.bindings.length;
  // One line of pairs, and where its runs are merged to.
  emitter.scratch({ dtype: 'int32', place: emitter.reserve(2 * length * pairBytes, true) });
  const mergeTime = 3 * Math.log2(length + 1);
  const work = outer * length * inner * (timeOf({ values: [value], stores: [] }) + mergeTime);
  const along = cutNest(axes, work);
  emitter.phase({ work, along }, ({ renderer, shared }) => {
    if (length === 0) return;
    runNest(renderer, {
      axes,
      values: [value],
      stores: [],
      shared,
      body: () => rankLine(renderer, kernel, scratch),
    });
  });
  return emitter.finish();
}

function rankLine(renderer: Renderer, kernel: RankKernel, scratch: number): void {
  const { f } = renderer;
  const { length, inner, output } = kernel;
  writePairs(renderer, kernel, scratch);
  const pair = f.i32(renderer.base(scratch));
  const spare = f.i32(i32.add(pair, length * pairBytes));
  if (length > 1) sortPairs(renderer, length, pair, spare);
  const address = renderer.address(output, lineStart(length, inner));
  const [base, offset] = placeAt(address, 0);
  const place = f.i32();
  f.range(place, 0, length, 1, () => {
    const target = i32.add(base, i32.mul(i32.load(pair), inner * 4));
    f.emit(i32.store(target, place, offset));
    pair.set(i32.add(pair, pairBytes));
  });
}

function lineStart(length: number, inner: number): Expression {
  return binary('add', binary('mul', axis(outerAxis), integer(length * inner)), axis(innerAxis));
}

function writePairs(renderer: Renderer, { length, descending, value }: RankKernel, scratch: number): void {
  const { f, math } = renderer;
  const place = binary('mul', axis(lengthAxis), integer(2));
  runNest(renderer, {
    axes: [{ axis: lengthAxis, extent: length, copies: rowCopies([value], [], lengthAxis, length) }],
    values: [value],
    stores: [],
    body: () => {
      renderer.eachCopy((copy) => {
        const ascending = sortable(math, value, renderer.keep(value));
        const key = math.keep(descending ? v128.not(ascending) : ascending);
        const position = renderer.keep(axis(lengthAxis));
        const low = math.keep(v128.shuffle(position, key, [0, 4, 1, 5]));
        const address = renderer.address(scratch, place);
        const [base, offset] = placeAt(address, copy * 32);
        if (renderer.scope.vectorAxis === undefined) {
          f.emit(v128.store64Lane(base, low, 0, offset));
          return;
        }
        f.emit(v128.store(base, low, offset));
        f.emit(v128.store(base, v128.shuffle(position, key, [2, 6, 3, 7]), offset + 16));
      });
    },
  });
}

/** Signed integers in the order of the values: equal ones for -0 and 0, the largest for NaN. */
function sortable(math: VectorMath, { dtype }: Expression, value: Vector): Vector {
  if (dtype === 'bool') return v128.and(value, math.int(1));
  if (dtype === 'uint32') return v128.xor(value, math.signBit());
  if (dtype !== 'float32') return value;
  const largest = math.int(0x7fffffff);
  const x = math.keep(f32x4.add(value, math.float(0)));
  // Of negative floats, the larger the magnitude the smaller.
  const ordered = v128.xor(x, v128.and(i32x4.shrS(x, 31), largest));
  return math.select(f32x4.ne(x, x), largest, ordered);
}

/** Merges runs of 1, 2, 4, … pairs from one array to the other; `sorted` ends up as the one that holds the result. */
function sortPairs(renderer: Renderer, length: number, sorted: Local<'i32'>, spare: Local<'i32'>): void {
  const { f } = renderer;
  const run = f.i32(pairBytes);
  const bytes = length * pairBytes;
  const [end, left, right, middle, last, target] = [f.i32(), f.i32(), f.i32(), f.i32(), f.i32(), f.i32()];
  f.doWhile(() => {
    end.set(i32.add(sorted, bytes));
    left.set(sorted);
    target.set(spare);
    f.doWhile(() => {
      middle.set(i32.add(left, i32.minU(run, i32.sub(end, left))));
      last.set(i32.add(middle, i32.minU(run, i32.sub(end, middle))));
      right.set(middle);
      // A run without a partner is only copied.
      f.if(i32.ltU(middle, last), () => merge(renderer, { left, middle, right, last, target }));
      for (const [from, to] of [[left, middle] as const, [right, last] as const]) {
        const rest = f.i32(i32.sub(to, from));
        f.copy(target, from, rest);
        target.set(i32.add(target, rest));
      }
      left.set(last);
      return i32.ltU(left, end);
    });
    const swapped = f.i32(sorted);
    sorted.set(spare);
    spare.set(swapped);
    run.set(i32.shl(run, 1));
    return i32.ltU(run, bytes);
  });
}

interface Merge {
  readonly left: Local<'i32'>;
  readonly middle: Local<'i32'>;
  readonly right: Local<'i32'>;
  readonly last: Local<'i32'>;
  readonly target: Local<'i32'>;
}

/** Until one of the runs is at its end. Without branches, because which of two is smaller cannot be foretold. */
function merge({ f }: Renderer, { left, middle, right, last, target }: Merge): void {
  const [a, b] = [f.local('i64'), f.local('i64')];
  const step = f.i32();
  f.doWhile(() => {
    a.set(i64.load(left));
    b.set(i64.load(right));
    step.set(i32.shl(i64.ltS(a, b), 3));
    f.emit(i64.store(target, select(step, a, b)));
    left.set(i32.add(left, step));
    right.set(i32.sub(i32.add(right, pairBytes), step));
    target.set(i32.add(target, pairBytes));
    return i32.and(i32.ltU(left, middle), i32.ltU(right, last));
  });
}
