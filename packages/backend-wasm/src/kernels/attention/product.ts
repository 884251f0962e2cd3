import { type FunctionBuilder, f32x4, i32, type Local, type ModuleBuilder, v128 } from '../../assembler/index.ts';
import { type Features, VectorMath } from '../../renderer/vector-math.ts';
import { multiplyTile, registerTile } from '../contraction/micro-kernel.ts';

/** How the matrices of a product lie, in bytes. */
export interface ProductLayout {
  readonly aRowBytes: number;
  readonly aStepBytes: number;
  readonly bStepBytes: number;
  /** From the columns of a tile to those of the next. */
  readonly bPanelBytes: number;
  readonly cRowBytes: number;
  /** The product is added to c. */
  readonly isAdded: boolean;
  /**
   * What rows seeing no columns but those up to their own number leaves out. Of the product: tiles of columns that none of their
   * rows sees. Of the terms: those behind, where they are columns; those before, where they are rows.
   */
  readonly without: 'tiles' | 'termsBehind' | 'termsBefore' | undefined;
}

/**
 * A function (a, b, c, rows, columns, depth, first) that makes a product in register tiles. All matrices have room for whole tiles;
 * `first` is the number of the first row that sees, which is row 0 of a, or of b where the terms are rows.
 */
export function emitProduct(builder: ModuleBuilder, features: Features, layout: ProductLayout): FunctionBuilder {
  const { aRowBytes, aStepBytes, bStepBytes, bPanelBytes, cRowBytes, isAdded, without } = layout;
  const f = builder.function(['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, b, c, rows, columns, depth, first] = [0, 1, 2, 3, 4, 5, 6].map((i) => f.parameter<'i32'>(i)) as Parameters7;
  const math = new VectorMath(f, features);
  const tile = registerTile(features);
  const tileAt = (row: Local<'i32'>, column: Local<'i32'>): void => {
    const pa = f.i32(i32.add(a, i32.mul(row, aRowBytes)));
    const pb = f.i32(i32.add(b, i32.mul(column, bPanelBytes / tile.columns)));
    const count = f.i32(depth);
    if (without === 'termsBehind') {
      const seen = f.i32(i32.add(i32.add(first, row), tile.rows));
      count.set(i32.minU(seen, depth));
    } else if (without === 'termsBefore') {
      const blind = f.i32(i32.sub(row, i32.minU(row, first)));
      pa.set(i32.add(pa, i32.mul(blind, aStepBytes)));
      pb.set(i32.add(pb, i32.mul(blind, bStepBytes)));
      count.set(i32.sub(count, blind));
    }
    const sums = multiplyTile(
      math,
      tile,
      { pointer: pa, rowBytes: aRowBytes, stepBytes: aStepBytes },
      { pointer: pb, stepBytes: bStepBytes },
      count,
    );
    const place = f.i32(i32.add(c, i32.add(i32.mul(row, cRowBytes), i32.mul(column, 4))));
    sums.forEach((vectors, r) => {
      vectors.forEach((sum, v) => {
        const offset = r * cRowBytes + v * 16;
        f.emit(v128.store(place, isAdded ? f32x4.add(v128.load(place, offset), sum) : sum, offset));
      });
    });
  };
  const [row, column] = [f.i32(), f.i32()];
  if (isAdded) {
    // Of the columns of scores that a tile reads, all of it is needed while it is near.
    f.range(row, 0, rows, tile.rows, () => f.range(column, 0, columns, tile.columns, () => tileAt(row, column)));
  } else {
    f.range(column, 0, columns, tile.columns, () => {
      const start = f.i32(0);
      if (without === 'tiles') {
        const above = f.i32(i32.sub(column, i32.minU(column, first)));
        start.set(i32.mul(i32.divU(above, tile.rows), tile.rows));
      }
      f.range(row, start, rows, tile.rows, () => tileAt(row, column));
    });
  }
  return f;
}

type I32 = Local<'i32'>;
type Parameters7 = [I32, I32, I32, I32, I32, I32, I32];
