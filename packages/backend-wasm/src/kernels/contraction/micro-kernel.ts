import { f32x4, type Integer, i32, type Local, type Value, v128 } from '../../assembler/index.ts';
import type { Features, VectorMath } from '../../renderer/vector-math.ts';
import { interleaved } from './pack.ts';

/** A block of the product that is kept in registers: rows times vectors of four columns. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
}

/** The tile of packed operands, whose panels of b have its columns. */
export interface RegisterTile extends Tile {
  readonly columns: number;
}

const largestRows = 6;

/**
 * The block whose accumulators fit beside the operands in the 15 registers V8 leaves on x64, without multiply-add also the
 * products. Where vectors are joined, two of them are in one.
 */
export function registerTile({ fused, wide }: Features): RegisterTile {
  const vectors = wide ? 4 : 2;
  return { rows: fused ? largestRows : 4, vectors, columns: vectors * 4 };
}

/**
 * So far behind b's pointer are its vectors in the largest tile, too far for a distance of one byte in the code. With one, the jump that
 * ends the tile's loop came to lie across a multiple of 32 bytes, and of such a jump processors from Skylake to Cascade Lake keep nothing
 * decoded (Intel's erratum on jump conditional code): every turn took a tenth longer.
 */
const farBytes = 128;

/** Where one operand of a tile is read: it moves by `stepBytes` from k to k, or lies as far off as `offsets` say. */
export interface TileSource {
  readonly pointer: Value<'i32'>;
  readonly stepBytes: number;
  /** Where the distances are, in bytes, one for each k. */
  readonly offsets?: Value<'i32'> | undefined;
}

/**
 * Σ_k a(row, k) · b(k, column) over `count` values of k. The b's of one k lie side by side, the a's `rowBytes` apart.
 * One k per turn: unrolling makes V8 schedule all loads first and spill. The first is outside the loop, where V8 then
 * computes the addresses of a's rows once; inside it computes them in every turn.
 */
export function multiplyTile(
  math: VectorMath,
  tile: Tile,
  a: TileSource & { readonly rowBytes: number },
  b: TileSource,
  count: Integer,
): Local<'v128'>[][] {
  const { f } = math;
  const zero = math.int(0);
  const sums = Array.from({ length: tile.rows }, () => Array.from({ length: tile.vectors }, () => f.v128(zero)));
  const behind = tile.rows === largestRows && !b.offsets ? farBytes : 0;
  const pa = f.i32(a.pointer);
  const pb = f.i32(i32.sub(b.pointer, behind));
  const offset = b.offsets && f.i32(b.offsets);
  const left = f.i32(count);
  const row = (r: number) => v128.load32Splat(pa, r * a.rowBytes);
  const column = (v: number) => v128.load(pb, behind + v * 16);
  // What a tile has fewer of, rows or columns, stays in registers while the others come one after another.
  const isWide = tile.rows < tile.vectors;
  const [kept, passing] = isWide ? [row, column] : [column, row];
  const held = Array.from({ length: Math.min(tile.rows, tile.vectors) }, () => f.v128());
  const one = f.v128();
  const turn = (): void => {
    if (offset) {
      pb.set(i32.add(b.pointer, i32.load(offset)));
      offset.set(i32.add(offset, 4));
    }
    held.forEach((own, i) => {
      own.set(kept(i));
    });
    for (let j = 0; j < Math.max(tile.rows, tile.vectors); j++) {
      one.set(passing(j));
      held.forEach((own, i) => {
        const sum = (isWide ? sums[i]?.[j] : sums[j]?.[i]) as Local<'v128'>;
        sum.set(math.madd(one, own, sum));
      });
    }
    pa.set(i32.add(pa, a.stepBytes));
    if (!offset) pb.set(i32.add(pb, b.stepBytes));
    left.set(i32.sub(left, 1));
  };
  turn();
  f.if(left, () => {
    f.doWhile(() => {
      turn();
      return left;
    });
  });
  return sums;
}

/** Adds the lanes of four vectors: lane i of the result is the sum of vector i. */
export function addLanes(
  math: VectorMath,
  vectors: readonly [Value<'v128'>, Value<'v128'>, Value<'v128'>, Value<'v128'>],
): Value<'v128'> {
  const [a, b, c, d] = vectors.map((v) => math.keep(v)) as unknown as typeof vectors;
  const [x, y] = [math.keep(f32x4.add(...interleaved(a, b))), math.keep(f32x4.add(...interleaved(c, d)))];
  return f32x4.add(v128.shuffle(x, y, [0, 1, 4, 5]), v128.shuffle(x, y, [2, 3, 6, 7]));
}
