/** Words of a random stream, by Philox 4x32-10: the same bits as `philox4x32` of the contract. */
import { binary, type Expression, getOrMake, integer } from '@evenkeel/backend';
import { i32, i32x4, i64x2, type Value, v128 } from '../assembler/index.ts';
import { areNeighbors, type Lanes } from './lanes.ts';
import type { Renderer } from './renderer.ts';
import type { Vector } from './vector-math.ts';

type Random = Expression & { kind: 'random' };

// For two blocks side by side.
const multipliers: Lanes = [0xd2511f53 | 0, 0xcd9e8d57 | 0, 0xd2511f53 | 0, 0xcd9e8d57 | 0];
/** What the halves of the key grow by from round to round. */
const increments: Lanes = [0x9e3779b9 | 0, 0xbb67ae85 | 0, 0x9e3779b9 | 0, 0xbb67ae85 | 0];

/** A word for each lane. Neighbors share a block of four, or lie in two; those of all vectors of a turn are made with the first. */
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
  if (!inBlocks || inBlocks[0] < inBlocks[3])
    return neighborsFrom(renderer, e, i32.add(renderer.integer(e.a), lanes[0]));
  const words = blocksFrom(renderer, e, renderer.integer(block), scope.copies);
  scope.byCopy.forEach((known, copy) => {
    known.set(e, words[copy] as Vector);
  });
  return words[inBlocks[0]] as Vector;
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
  const [own, next] = blocksFrom(renderer, e, i32.shrS(index, 2), 2) as [Vector, Vector];
  const shift = math.keep(i32x4.splat(i32.and(index, 3)));
  return [1, 2, 3].reduce((words, by) => {
    const moved = v128.shuffle(own, next, [by, by + 1, by + 2, by + 3]);
    return math.select(i32x4.eq(shift, math.int(by)), moved, words);
  }, own);
}

/**
 * So many blocks in a row, and one more if they are odd. Of two counters the words 0 and 2, which are multiplied, lie in one vector, and
 * the words 1 and 3 in another. Products' low halves stay where they are, as moving them would take the unit that already spreads the
 * factors; so words change places, and are back after four rounds. All go round by round together, so that none waits for its products
 * alone.
 */
function blocksFrom(renderer: Renderer, { slot }: Random, block: Value<'i32'>, count: number): Vector[] {
  const { f, math } = renderer;
  const [seedLow, seedHigh, firstLow, firstHigh] = [0, 1, 2, 3].map((i) => renderer.argument(slot + i)) as [
    Vector,
    Vector,
    Vector,
    Vector,
  ];
  const inOrder = (order: (lanes: Lanes) => Lanes) => ({
    factor: f.constant(order(multipliers)),
    growth: f.constant(order(increments)),
    key: math.keep(v128.shuffle(seedLow, seedHigh, order([0, 4, 0, 4]))),
  });
  const straight = inOrder((lanes) => lanes);
  const turned = inOrder(([a, b, c, d]) => [b, a, d, c]);
  let pairs: [Vector, Vector][] = [];
  for (let at = 0; at < count; at += 2) {
    const low = math.keep(i32x4.add(i32x4.add(firstLow, i32x4.splat(block)), f.constant([at, at, at + 1, at + 1])));
    // A comparison that holds is -1.
    const high = i32x4.sub(firstHigh, i32x4.ltU(low, firstLow));
    // Words 2 and 3 are 0, and come first: after ten rounds words 0 and 1 do.
    pairs.push([math.keep(i64x2.shl(low, 32)), math.keep(i64x2.shl(high, 32))]);
  }
  for (let round = 0; round < 10; round++) {
    const { factor } = round & 2 ? straight : turned;
    const { key } = (round + 1) & 2 ? straight : turned;
    const highs: Lanes = round & 1 ? [1, 3, 5, 7] : [3, 1, 7, 5];
    pairs = pairs.map(([even, odd]) => {
      const high = v128.shuffle(i64x2.extmulLowU(even, factor), i64x2.extmulHighU(even, factor), highs);
      return [math.keep(v128.xor(v128.xor(odd, key), high)), math.keep(i32x4.mul(even, factor))];
    });
    for (const words of [straight, turned]) words.key = math.keep(i32x4.add(words.key, words.growth));
  }
  return pairs.flatMap(([even, odd]) => [v128.shuffle(even, odd, [0, 4, 1, 5]), v128.shuffle(even, odd, [2, 6, 3, 7])]);
}
