/** Words of a random stream, by Philox 4x32-10: the same bits as `philox4x32` of the contract. */
import { binary, type Expression, getOrMake, integer } from '@evenkeel/backend';
import { i32, i32x4, i64x2, type Value, v128 } from '../assembler/index.ts';
import { areNeighbors } from './lanes.ts';
import type { Renderer } from './renderer.ts';
import type { Vector } from './vector-math.ts';

type Random = Expression & { kind: 'random' };

const multipliers = [0xd2511f53 | 0, 0xcd9e8d57 | 0] as const;
/** What the halves of the key grow by from round to round. */
const increments = [0x9e3779b9 | 0, 0xbb67ae85 | 0] as const;

/** A word for each lane. Neighbors share a block of four, or lie in two; the second of two blocks is for the next vector. */
export function randomVector(renderer: Renderer, e: Random): Vector {
  const { math, scope } = renderer;
  const lanes = renderer.lanesOf(e.a);
  // Outside a vector loop all four lanes are one element.
  if (scope.vectorAxis === undefined)
    return i32x4.splat(i32x4.extract(neighborsFrom(renderer, e, renderer.integer(e.a)), 0));
  if (!lanes || !areNeighbors(lanes)) {
    const places = math.keep(renderer.value(e.a));
    return [0, 1, 2, 3].reduce<Vector>((words, lane) => {
      const word = neighborsFrom(renderer, e, i32x4.extract(places, lane));
      return math.keep(i32x4.replace(words, lane, i32x4.extract(word, 0)));
    }, places);
  }
  const block = blockOf(e);
  const inBlocks = renderer.lanesOf(block);
  if (!inBlocks?.every((lane) => lane === inBlocks[0])) {
    return neighborsFrom(renderer, e, i32.add(renderer.integer(e.a), lanes[0]));
  }
  const [own, next] = twoBlocks(renderer, e, i32.add(renderer.integer(block), inBlocks[0]));
  renderer.offer(e, next);
  return own;
}

const blocks = new WeakMap<Random, Expression>();

/** The number of a word's block, counted from the first. */
export function blockOf(e: Random): Expression {
  return getOrMake(blocks, e, () => binary('div', e.a, integer(4)));
}

/** Four words in a row, from any place on; before the first word there is something. */
function neighborsFrom(renderer: Renderer, e: Random, first: Value<'i32'>): Vector {
  const { f, math } = renderer;
  const index = f.i32(first);
  const [own, next] = twoBlocks(renderer, e, i32.shrS(index, 2));
  const shift = math.keep(i32x4.splat(i32.and(index, 3)));
  return [1, 2, 3].reduce((words, by) => {
    const moved = v128.shuffle(own, next, [by, by + 1, by + 2, by + 3]);
    return math.select(i32x4.eq(shift, math.int(by)), moved, words);
  }, own);
}

/**
 * A block and the next one. Of both counters the words 0 and 2, which are multiplied, lie in one vector, and the words 1 and 3 in
 * another.
 */
function twoBlocks(renderer: Renderer, { slot }: Random, block: Value<'i32'>): [Vector, Vector] {
  const { f, math } = renderer;
  const [seedLow, seedHigh, firstLow, firstHigh] = [0, 1, 2, 3].map((i) => renderer.argument(slot + i)) as [
    Vector,
    Vector,
    Vector,
    Vector,
  ];
  const low = math.keep(i32x4.add(i32x4.add(firstLow, i32x4.splat(block)), f.constant([0, 1, 0, 1])));
  // A comparison that holds is -1.
  const high = i32x4.sub(firstHigh, i32x4.ltU(low, firstLow));
  const factors = f.constant([...multipliers, ...multipliers]);
  let key = math.keep(v128.shuffle(seedLow, seedHigh, [0, 4, 0, 4]));
  // In the first of ten rounds words 2 and 3 are 0.
  const product = math.keep(i64x2.extmulLowU(low, math.int(multipliers[0])));
  let odd = math.keep(i64x2.shl(product, 32));
  let even = math.keep(v128.xor(v128.shuffle(high, product, [0, 5, 1, 7]), key));
  for (let round = 1; round < 10; round++) {
    key = math.keep(i32x4.add(key, f.constant([...increments, ...increments])));
    const a = math.keep(i64x2.extmulLowU(even, factors));
    const b = math.keep(i64x2.extmulHighU(even, factors));
    even = math.keep(v128.xor(v128.xor(v128.shuffle(a, b, [3, 1, 7, 5]), odd), key));
    odd = math.keep(v128.shuffle(a, b, [2, 0, 6, 4]));
  }
  return [math.keep(v128.shuffle(even, odd, [0, 4, 1, 5])), math.keep(v128.shuffle(even, odd, [2, 6, 3, 7]))];
}
